import { z } from "zod";
import * as customers from "@/lib/customers";
import type { Page } from "@/lib/platform/paging";
import { accountStatusField, balanceAmountFields, presentBalanceAmounts } from "./balance";
import { operatorRoute, reply } from "./route";
import { listQuery, nextCursor, nextCursorField, readPageRequest } from "./schemas/lists";
import { pathId } from "./schemas/request-fields";
import { idField, timeField } from "./schemas/response-fields";
import { emailInput, plainText } from "./schemas/text";

const customerResponse = z
  .strictObject({
    customer_id: idField("customer", "The id of the customer."),
    name: z
      .string()
      .meta({ description: "Shown on the customer's pages and invoices.", examples: ["Acme AI"] }),
    email: z.string().meta({
      description:
        "In lower case. A user who signs in with this verified address becomes the customer's owner.",
      examples: ["billing@acme.example"],
    }),
    status: accountStatusField,
    ...balanceAmountFields,
    created_at: timeField("When the customer was created."),
  })
  .meta({ id: "Customer", description: "A party that owns one balance." });

const customerListResponse = z
  .strictObject({
    customers: z.array(customerResponse).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "CustomerList", description: "A page of customers." });

function presentCustomer({ balance, ...customer }: customers.CustomerAccount) {
  return {
    customer_id: customer.customerId,
    name: customer.name,
    email: customer.email,
    status: balance.status,
    ...presentBalanceAmounts(balance),
    created_at: customer.createdAt.toISOString(),
  } satisfies z.input<typeof customerResponse>;
}

const createCustomerBody = z
  .strictObject({
    name: plainText("The name", 200).meta({
      description: "Shown on the customer's pages and invoices.",
      examples: ["Acme AI"],
    }),
    email: emailInput.meta({
      description:
        "Where invoices are sent. A user who signs in with this verified address becomes the customer's owner.",
      examples: ["billing@acme.example"],
    }),
  })
  .meta({
    id: "CustomerInput",
    description: "The customer to create.",
    examples: [{ name: "Acme AI", email: "billing@acme.example" }],
  });

export const createCustomer = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/customers",
    operationId: "createCustomer",
    tag: "Admin",
    summary: "Create a customer with a balance of zero",
    description:
      "Several customers may have the same email address, for example if one person owns two companies. Send an `Idempotency-Key`: without one, repeating the request creates a second customer.",
    body: createCustomerBody,
    takesIdempotencyKey: true,
    storesResponse: true,
    response: customerResponse,
  },
  async ({ actor, body, idempotencyKey }) => {
    const registered = await customers.registerCustomer(actor, body, { idempotencyKey });
    return reply(presentCustomer(registered.customer), { isReplay: registered.isReplay });
  },
);

const LIST = { list: "customers", owner: "operator" };

export const listCustomers = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/customers",
    operationId: "listCustomers",
    tag: "Admin",
    summary: "List customers with their balances, newest first",
    description: "Lists all customers, or those with a given email address.",
    query: z.strictObject({
      email: emailInput.optional().meta({
        description: "Return only customers with this email address.",
        examples: ["billing@acme.example"],
      }),
      ...listQuery,
    }),
    response: customerListResponse,
  },
  async ({ query }) =>
    presentCustomers(await customers.listCustomers({ ...readPageRequest(LIST, query), email: query.email })),
);

function presentCustomers(page: Page<customers.CustomerAccount>) {
  return {
    customers: page.items.map(presentCustomer),
    next_cursor: nextCursor(LIST, page),
  } satisfies z.input<typeof customerListResponse>;
}

const customerPath = z.object({ customer_id: pathId("customer", "customer") });

export const getCustomer = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/customers/{customer_id}",
    operationId: "getCustomer",
    tag: "Admin",
    summary: "Get a customer with its balance",
    description:
      "The balance is exact: it includes everything that was confirmed before the request was sent.",
    params: customerPath,
    response: customerResponse,
  },
  async ({ params }) => presentCustomer(await customers.readCustomerAccount(params.customer_id)),
);

export const reasonBody = z
  .strictObject({
    reason: plainText("The reason", 500).meta({
      description: "The reason, for your own records.",
      examples: ["Unusual spending on 3 November"],
    }),
  })
  .meta({
    id: "ReasonInput",
    description: "The reason for the change.",
    examples: [{ reason: "Unusual spending on 3 November" }],
  });

export const freezeCustomer = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/customers/{customer_id}/freeze",
    operationId: "freezeCustomer",
    tag: "Admin",
    summary: "Freeze a customer's spending",
    description:
      "New charges and holds are rejected with 403 until the customer is unfrozen. Top-ups are still credited, open holds can be captured, and charges with `overdraft: allow` are still recorded. Freezing a frozen customer has no effect.",
    params: customerPath,
    body: reasonBody,
    response: customerResponse,
    responseDescription: "The frozen customer.",
    errors: ["conflict"],
  },
  async ({ actor, params, body }) =>
    presentCustomer(
      await customers.freezeCustomer(actor, { customerId: params.customer_id, reason: body.reason }),
    ),
);

export const unfreezeCustomer = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/customers/{customer_id}/unfreeze",
    operationId: "unfreezeCustomer",
    tag: "Admin",
    summary: "Unfreeze a customer's spending",
    description:
      "Works no matter who froze the customer. An account that was frozen because its ledger is inconsistent is frozen again by the next daily check unless the ledger has been repaired.",
    params: customerPath,
    body: reasonBody,
    response: customerResponse,
    responseDescription: "The active customer.",
    errors: ["conflict"],
  },
  async ({ actor, params, body }) =>
    presentCustomer(
      await customers.unfreezeCustomer(actor, { customerId: params.customer_id, reason: body.reason }),
    ),
);
