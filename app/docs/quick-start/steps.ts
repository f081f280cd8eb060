/** One step of the quick start, as the page shows it and a test follows it. */
export interface QuickStartStep {
  id: "key" | "customer" | "link" | "refused" | "top-up" | "charge" | "balance";
  title: string;
  /** What it does and what to look at. */
  text: string;
  /** Lines for a shell, as they are typed. None where a person does something in the browser. */
  shell?: string;
  typeScript?: string;
  python?: string;
  /** What comes back, shortened where it is long. */
  answer?: string;
}

/** What the quick start charges, and what is left of the top-up afterwards. */
export const FIRST_CHARGE_USD = "0.25";
export const LEFT_USD = "24.75";

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
except requests.HTTPError as refusal:
    print(refusal.response.json())
`.trim();

/** A function for all calls that follow. */
function callInPython(appUrl: string): string {
  return `
import os
import requests

def brim(method, path, **fields):
    answer = requests.request(
        method,
        f"${appUrl}/api/v1{path}",
        headers={"Authorization": f"Bearer {os.environ['BRIM_API_KEY']}"},
        json=fields or None,
        timeout=30,
    )
    answer.raise_for_status()
    return answer.json()
`.trim();
}

/**
 * From nothing to a charge, step by step. Each builds on the one before it, in the same shell.
 *
 * @param appUrl where this Brim runs
 */
export function quickStartSteps(appUrl: string): QuickStartStep[] {
  return [
    {
      id: "key",
      title: "Make a key",
      text: "In the folder of Brim, while it runs. The key belongs to you, the operator: it may do everything for every customer. It is shown this once, and kept here in a variable.",
      shell: `
export BRIM_URL=${appUrl}
export BRIM_API_KEY=$(npm run --silent key -- create --operator --scopes all --name "Quick start")
`.trim(),
      typeScript: `
import { Brim } from "brim/client";

const brim = new Brim({ baseUrl: "${appUrl}", apiKey: process.env.BRIM_API_KEY });
`.trim(),
      python: callInPython(appUrl),
    },
    {
      id: "customer",
      title: "Make a customer",
      text: "A customer owns one balance, which begins at zero. Keep its id beside your own user or account.",
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
      answer: "cust_01kaw3h8ezf5vr9q2m7x4c6tnd",
    },
    {
      id: "link",
      title: "Make a link to its billing page",
      text: "For a button in your own product: whoever opens the link is signed in to this customer's billing page. It can be used once, for ten minutes. Keep the page that it leads to for step 5.",
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
      answer: `{ "url": "${appUrl}/billing-link?customer=cust_…&token=…", "expires_at": "2026-11-22T18:40:00.000Z" }`,
    },
    {
      id: "refused",
      title: "Charge, and be refused",
      text: "The balance is zero, so the answer is 402 and nothing was taken. `topup_url` is where the customer can top up.",
      shell: CHARGE,
      typeScript: CHARGE_IN_TYPESCRIPT,
      python: CHARGE_IN_PYTHON,
      answer: `{
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
      text: "Open the link of step 3 in a browser, choose $25 and continue to checkout. In the demo the card is `4242 4242 4242 4242` with any date to come and any code: no real money moves.",
    },
    {
      id: "charge",
      title: "Charge again",
      text: "The very same request. Its idempotency key was not used up by the refusal, so now it charges, and however often you send it, it charges once.",
      shell: CHARGE,
      typeScript: CHARGE_IN_TYPESCRIPT,
      python: "print(charge())",
      answer: `{
  "charge_id": "chg_…",
  "amount_usd": "${FIRST_CHARGE_USD}",
  "balance_usd": "${LEFT_USD}",
  "available_usd": "${LEFT_USD}",
  "created_at": "2026-11-22T18:36:00.000Z"
}`,
    },
    {
      id: "balance",
      title: "Look at the balance",
      text: "The customer sees the same on its billing page, with the charge in its activity.",
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
      answer: `{ "customer_id": "cust_…", "balance_usd": "${LEFT_USD}", "available_usd": "${LEFT_USD}", … }`,
    },
  ];
}
