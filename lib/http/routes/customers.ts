import { z } from "zod";
import { createBillingLink } from "@/lib/billing-links";
import {
  freezeCustomer,
  listCustomers,
  readCustomerAccount,
  registerCustomer,
  unfreezeCustomer,
} from "@/lib/customers";
import { billingLinkAnswer, customerAnswer, customersAnswer } from "../answers/admin";
import { pathId } from "../fields/fields";
import { emailInput, plainText } from "../fields/plain-text";
import { listQuery, readPage } from "../lists/list-query";
import { presentBillingLink, presentCustomer, presentCustomers } from "../present/admin";
import { operatorRoute } from "../route";

const customerPath = z.object({ customer_id: pathId("customer", "customer") });

const createCustomerBody = z
  .strictObject({
    name: plainText("The name", 200).meta({
      description: "Shown on its pages and invoices.",
      examples: ["Acme AI"],
    }),
    email: emailInput.meta({
      description: "Where invoices go. Whoever proves this address at sign-in becomes the customer's owner.",
      examples: ["billing@acme.example"],
    }),
  })
  .meta({
    id: "CustomerInput",
    description: "The customer to make.",
    examples: [{ name: "Acme AI", email: "billing@acme.example" }],
  });

export const createCustomer = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/customers",
    operationId: "createCustomer",
    tag: "Admin",
    summary: "Make a customer with a balance of zero",
    description:
      "Several customers may carry the same e-mail address, as when a person has two companies. So send an `Idempotency-Key`: without one, the same request again makes a second customer.",
    body: createCustomerBody,
    takesIdempotencyKey: true,
    storesAnswer: true,
    answer: customerAnswer,
  },
  async ({ actor, body, idempotencyKey }) => {
    const { customer, isReplay } = await registerCustomer(actor, body, { idempotencyKey });
    return { body: presentCustomer(customer), isReplay };
  },
);

const customersQuery = z.strictObject({
  email: emailInput.optional().meta({
    description: "Only customers that carry this address.",
    examples: ["billing@acme.example"],
  }),
  ...listQuery,
});

const CUSTOMERS = { list: "customers", owner: "operator" };

export const getCustomers = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/customers",
    operationId: "listCustomers",
    tag: "Admin",
    summary: "List customers with their balances, newest first",
    description: "All of them, or those that carry an e-mail address.",
    query: customersQuery,
    answer: customersAnswer,
  },
  async ({ query }) => {
    const { limit, position } = readPage(CUSTOMERS, query);
    const page = await listCustomers({ limit, before: position ?? undefined, email: query.email });
    return { body: presentCustomers(CUSTOMERS, page) };
  },
);

export const getCustomer = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/customers/{customer_id}",
    operationId: "getCustomer",
    tag: "Admin",
    summary: "Look up a customer with its balance",
    description: "The balance is exact: it counts everything that was answered before the request was sent.",
    params: customerPath,
    answer: customerAnswer,
  },
  async ({ params }) => ({ body: presentCustomer(await readCustomerAccount(params.customer_id ?? "")) }),
);

const reasonBody = z
  .strictObject({
    reason: plainText("The reason", 500).meta({
      description: "Why, for your own records.",
      examples: ["Unusual spending on 3 November"],
    }),
  })
  .meta({
    id: "ReasonInput",
    description: "Why it is done.",
    examples: [{ reason: "Unusual spending on 3 November" }],
  });

export const freeze = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/customers/{customer_id}/freeze",
    operationId: "freezeCustomer",
    tag: "Admin",
    summary: "Stop a customer's spending",
    description:
      "New charges and holds are refused with 403 until it is unfrozen. Money still arrives, what was held can be captured, and charges with `overdraft: allow` are still recorded. A second time changes nothing.",
    params: customerPath,
    body: reasonBody,
    answer: customerAnswer,
    answerDescription: "The customer, frozen.",
    refusals: ["conflict"],
  },
  async ({ actor, params, body }) => {
    const change = { customerId: params.customer_id ?? "", reason: body.reason };
    return { body: presentCustomer(await freezeCustomer(actor, change)) };
  },
);

export const unfreeze = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/customers/{customer_id}/unfreeze",
    operationId: "unfreezeCustomer",
    tag: "Admin",
    summary: "Let a customer spend again",
    description:
      "Whoever froze it. An account that was frozen because its books do not add up is frozen again by the next daily check, unless they do by then.",
    params: customerPath,
    body: reasonBody,
    answer: customerAnswer,
    answerDescription: "The customer, active again.",
    refusals: ["conflict"],
  },
  async ({ actor, params, body }) => {
    const change = { customerId: params.customer_id ?? "", reason: body.reason };
    return { body: presentCustomer(await unfreezeCustomer(actor, change)) };
  },
);

const billingLinkBody = z
  .strictObject({
    email: emailInput.optional().meta({
      description:
        "Who comes in. Send the address of the person whom your product has signed in; left out, it is the customer's own.",
      examples: ["ada@acme.example"],
    }),
    return_path: z
      .string({ error: "Write the path as a string." })
      .max(500, "The path may have at most 500 characters.")
      .optional()
      .meta({
        description: "Where the link leads: `/billing`, or a path below it with a query.",
        examples: ["/billing"],
      }),
  })
  .meta({
    id: "BillingLinkInput",
    description: "Who comes in, and where to.",
    examples: [{ email: "ada@acme.example" }],
  });

export const makeBillingLink = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/customers/{customer_id}/billing-link",
    operationId: "createBillingLink",
    tag: "Admin",
    summary: "Make a one-time link into a customer's billing page",
    description: [
      "For a button in your own product: make a link when it is pressed, and send the browser there. Nobody has to sign in again.",
      "It can be used once and for ten minutes. It opens a session for this customer alone, whatever other customers the person belongs to, and makes the person a member: the owner with the customer's own address, otherwise with the role `billing`. Who is a member already keeps the role.",
    ].join("\n\n"),
    params: customerPath,
    body: billingLinkBody,
    mayOmitBody: true,
    answer: billingLinkAnswer,
  },
  async ({ actor, params, body }) => {
    const input = { customerId: params.customer_id ?? "", email: body.email, returnPath: body.return_path };
    return { body: presentBillingLink(await createBillingLink(actor, input, new Date())) };
  },
);
