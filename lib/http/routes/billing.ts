import { z } from "zod";
import { readBalance } from "@/lib/ledger";
import { listCards } from "@/lib/payment-methods";
import { readTopUp, startTopUp } from "@/lib/top-ups";
import { balanceAnswer, checkoutAnswer, paymentMethodsAnswer } from "../answers/billing";
import { topUpAnswer } from "../answers/top-up";
import { pathId } from "../fields/fields";
import { presentBalance, presentCard, presentCheckout, presentTopUp } from "../present/billing";
import { customerRoute } from "../route";
import { readStartTopUp, startTopUpBody } from "./start-top-up-body";

export const createCheckoutSession = customerRoute(
  {
    method: "POST",
    path: "/api/v1/billing/checkout-session",
    operationId: "createCheckoutSession",
    tag: "Billing",
    summary: "Start a top-up, or the saving of a card, and get the address of its Checkout page",
    description: [
      "Send the customer's browser to `url`. The balance changes when Stripe confirms the payment, and not before: ask `GET /billing/topups/{topup_intent_id}` what became of it.",
      "The same idempotency key answers with the same page. Mode `setup` saves a card without a charge.",
    ].join("\n\n"),
    scope: "billing:write",
    body: startTopUpBody,
    takesIdempotencyKey: true,
    storesAnswer: true,
    answer: checkoutAnswer,
    refusals: ["conflict"],
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
    tag: "Billing",
    summary: "Read the balance",
    description: "Always exact: it counts everything that was answered before the request was sent.",
    scope: "billing:read",
    answer: balanceAnswer,
  },
  async ({ actor }) => ({ body: presentBalance(actor.customerId, await readBalance(actor.customerId)) }),
);

const topUpPath = z.object({ topup_intent_id: pathId("topUp", "top-up") });

export const getTopUp = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/topups/{topup_intent_id}",
    operationId: "getTopUp",
    tag: "Billing",
    summary: "Read one top-up with its timeline",
    description:
      "While the attempt is undecided this also looks at Stripe, at most every few seconds, so that a late notification does not keep the customer waiting.",
    params: topUpPath,
    scope: "billing:read",
    answer: topUpAnswer,
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
    tag: "Billing",
    summary: "List the saved cards",
    description: "All of them, on one page.",
    scope: "billing:read",
    answer: paymentMethodsAnswer,
  },
  async ({ actor }) => ({
    body: { payment_methods: (await listCards(actor.customerId)).map(presentCard), next_cursor: null },
  }),
);
