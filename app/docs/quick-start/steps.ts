/** One step of the quick start. The page shows it and an end-to-end test runs it. */
export interface QuickStartStep {
  id: "key" | "customer" | "link" | "refused" | "top-up" | "charge" | "balance";
  title: string;
  /** What the step does. */
  text: string;
  /** Shell commands. Absent if the step happens in the browser. */
  shell?: string;
  typeScript?: string;
  python?: string;
  /** The response, shortened where it is long. */
  response?: string;
}

/** The amount charged, and the balance that remains of a $25 top-up. */
export const FIRST_CHARGE_USD = "0.25";
export const REMAINING_USD = "24.75";

const AUTHORIZATION = `-H "Authorization: Bearer $BRIM_API_KEY"`;
const JSON_BODY = `-H "Content-Type: application/json"`;

const CHARGE = `
curl -s $BRIM_URL/api/v1/usage/charges \\
  ${AUTHORIZATION} \\
  -H "Idempotency-Key: first-charge-$CUSTOMER_ID" \\
  ${JSON_BODY} \\
  -d '{ "customer_id": "'$CUSTOMER_ID'", "amount_usd": "${FIRST_CHARGE_USD}", "description": "An image" }'
`.trim();

const CHARGE_IN_TYPESCRIPT = `
const charge = await brim.createCharge({
  customer_id: customer.customer_id,
  amount_usd: "${FIRST_CHARGE_USD}",
  description: "An image",
  idempotency_key: \`first-charge-\${customer.customer_id}\`,
});
`.trim();

const CHARGE_IN_PYTHON = `
def charge():
    return brim(
        "POST",
        "/usage/charges",
        customer_id=customer["customer_id"],
        amount_usd="${FIRST_CHARGE_USD}",
        description="An image",
        idempotency_key=f"first-charge-{customer['customer_id']}",
    )

try:
    charge()
except requests.HTTPError as error:
    print(error.response.json())
`.trim();

/** Returns the Python helper that the later steps call. */
function pythonHelper(appUrl: string): string {
  return `
import os
import requests

def brim(method, path, **fields):
    response = requests.request(
        method,
        f"${appUrl}/api/v1{path}",
        headers={"Authorization": f"Bearer {os.environ['BRIM_API_KEY']}"},
        json=fields or None,
        timeout=30,
    )
    response.raise_for_status()
    return response.json()
`.trim();
}

/**
 * Returns the steps from an empty installation to a first charge. Each builds on the previous one, in the same shell.
 *
 * @param appUrl public URL of this Brim
 */
export function quickStartSteps(appUrl: string): QuickStartStep[] {
  return [
    {
      id: "key",
      title: "Create an API key",
      text: "Run this in Brim's folder while Brim is running. It creates an operator key, which can act on every customer. The secret is shown only once; here it is stored in a variable.",
      shell: `
export BRIM_URL=${appUrl}
export BRIM_API_KEY=$(npm run --silent key -- create --operator --scopes all --name "Quick start")
`.trim(),
      typeScript: `
import { Brim } from "brim/client";

const brim = new Brim({ baseUrl: "${appUrl}", apiKey: process.env.BRIM_API_KEY });
`.trim(),
      python: pythonHelper(appUrl),
    },
    {
      id: "customer",
      title: "Create a customer",
      text: "A customer owns one balance, which starts at zero. Store its id with your own user or account.",
      shell: `
export CUSTOMER_ID=$(curl -s $BRIM_URL/api/v1/admin/customers \\
  ${AUTHORIZATION} \\
  ${JSON_BODY} \\
  -d '{ "name": "Acme AI", "email": "billing@acme.example" }' \\
  | grep -o 'cust_[0-9a-z]*')
echo $CUSTOMER_ID
`.trim(),
      typeScript: `
const customer = await brim.createCustomer({ name: "Acme AI", email: "billing@acme.example" });
`.trim(),
      python: `
customer = brim("POST", "/admin/customers", name="Acme AI", email="billing@acme.example")
print(customer["customer_id"])
`.trim(),
      response: "cust_01kaw3h8ezf5vr9q2m7x4c6tnd",
    },
    {
      id: "link",
      title: "Create a billing link",
      text: "Put this link behind a button in your own product: it signs the user in to this customer's billing page. It works once and expires after 10 minutes. You will open it in step 5.",
      shell: `
curl -s -X POST $BRIM_URL/api/v1/admin/customers/$CUSTOMER_ID/billing-link \\
  ${AUTHORIZATION}
`.trim(),
      typeScript: `
const link = await brim.createBillingLink({ customer_id: customer.customer_id });
console.log(link.url);
`.trim(),
      python: `
link = brim("POST", f"/admin/customers/{customer['customer_id']}/billing-link")
print(link["url"])
`.trim(),
      response: `{ "url": "${appUrl}/billing-link?customer=cust_…&token=…", "expires_at": "2026-11-22T18:40:00.000Z" }`,
    },
    {
      id: "refused",
      title: "Try to charge an empty balance",
      text: "The balance is zero, so the API responds with 402 and charges nothing. `topup_url` is the page where the customer can top up.",
      shell: CHARGE,
      typeScript: CHARGE_IN_TYPESCRIPT,
      python: CHARGE_IN_PYTHON,
      response: `{
  "error": "PAYMENT_REQUIRED",
  "message": "The balance is too low for this amount.",
  "statusCode": 402,
  "details": { "available_usd": "0.00", "required_usd": "${FIRST_CHARGE_USD}", "topup_url": "${appUrl}/billing?customer=cust_…" },
  "request_id": "req_…"
}`,
    },
    {
      id: "top-up",
      title: "Top up",
      text: "Open the link from step 3 in a browser, choose $25, and continue to checkout. In the demo, pay with card `4242 4242 4242 4242`, any future date, and any security code. No real money moves.",
    },
    {
      id: "charge",
      title: "Charge again",
      text: "Send the same request again. The refused attempt did not use up the idempotency key, so the charge now succeeds. Sending it more than once still charges only once.",
      shell: CHARGE,
      typeScript: CHARGE_IN_TYPESCRIPT,
      python: "print(charge())",
      response: `{
  "charge_id": "chg_…",
  "amount_usd": "${FIRST_CHARGE_USD}",
  "balance_usd": "${REMAINING_USD}",
  "available_usd": "${REMAINING_USD}",
  "created_at": "2026-11-22T18:36:00.000Z"
}`,
    },
    {
      id: "balance",
      title: "Check the balance",
      text: "The customer sees the same balance on the billing page, with the charge under recent activity.",
      shell: `
curl -s $BRIM_URL/api/v1/admin/customers/$CUSTOMER_ID \\
  ${AUTHORIZATION}
`.trim(),
      typeScript: `
const { available_usd } = await brim.getCustomer({ customer_id: customer.customer_id });
`.trim(),
      python: `
customer = brim("GET", f"/admin/customers/{customer['customer_id']}")
print(customer["available_usd"])
`.trim(),
      response: `{ "customer_id": "cust_…", "balance_usd": "${REMAINING_USD}", "available_usd": "${REMAINING_USD}", … }`,
    },
  ];
}
