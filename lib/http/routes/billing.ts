import { readBalance } from "@/lib/ledger";
import { listCards } from "@/lib/payment-methods";
import { readTopUp, startTopUp } from "@/lib/top-ups";
import { presentBalance, presentCard, presentCheckout, presentTopUp } from "../present";
import { customerRoute } from "../route";
import { readStartTopUp, startTopUpBody } from "./start-top-up-body";

export const createCheckoutSession = customerRoute(
  {
    method: "POST",
    path: "/api/v1/billing/checkout-session",
    operationId: "createCheckoutSession",
    summary: "Start a top-up, or the saving of a card, and get the address of its Checkout page",
    scope: "billing:write",
    body: startTopUpBody,
    takesIdempotencyKey: true,
  },
  async ({ actor, body, idempotencyKey }) => {
    const started = await startTopUp(actor, readStartTopUp(body), idempotencyKey);
    return { body: presentCheckout(started), isReplay: started.isReplay };
  },
);

export const getBalance = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/balance",
    operationId: "getBalance",
    summary: "Read the balance",
    scope: "billing:read",
  },
  async ({ actor }) => ({ body: presentBalance(actor.customerId, await readBalance(actor.customerId)) }),
);

export const getTopUp = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/topups/{topup_intent_id}",
    operationId: "getTopUp",
    summary: "Read one top-up with its timeline",
    scope: "billing:read",
  },
  async ({ actor, params }) => ({
    body: presentTopUp(await readTopUp(actor.customerId, params.topup_intent_id ?? "")),
  }),
);

export const listPaymentMethods = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/payment-methods",
    operationId: "listPaymentMethods",
    summary: "List the saved cards",
    scope: "billing:read",
  },
  async ({ actor }) => ({
    body: { payment_methods: (await listCards(actor.customerId)).map(presentCard), next_cursor: null },
  }),
);
