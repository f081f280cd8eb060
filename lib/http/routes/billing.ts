import { readBalance } from "@/lib/ledger";
import { startTopUp } from "@/lib/top-ups";
import { balanceAnswer, checkoutAnswer } from "../answers/billing";
import { presentBalance, presentCheckout } from "../present/billing";
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
      "The same idempotency key answers with the same page. Once that has expired or failed the answer is 409 with the reason `topup_expired`, `topup_failed` or `topup_canceled`: start a new top-up with a new key. Mode `setup` saves a card without a charge.",
    ].join("\n\n"),
    scope: "billing:write",
    body: startTopUpBody,
    takesIdempotencyKey: true,
    runsOneAtATime: true, // the page that was handed out may have expired
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
