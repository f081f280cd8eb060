import { Hono } from "hono";
import { invalidRequest } from "../api/stripe-error";
import { declineByCode } from "../cards/decline-by-code";
import type { Decline } from "../cards/declines";
import { answerChallenge } from "../payments/answer-challenge";
import { readPendingToken } from "../payments/read-challenge";
import { endDebit } from "../payments/settle-debit";
import { loadLive } from "../resources/load-object";
import { DEBIT_FAILURES } from "../resources/payment-intents/debit-bank";
import { detachPaymentMethod } from "../resources/payment-methods/detach-payment-method";
import type { MethodSecrets } from "../resources/payment-methods/method-secrets";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { mergePrivate } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { type ControlEnv, readJson } from "./control-edge";
import { authenticateInput, cardDeclineInput, cardUpdateInput, debitFailureInput } from "./payment-inputs";
import { updateByNetwork } from "./update-by-network";

/** What banks, cardholders and card networks do on their own: answer a debit or 3-D Secure, replace a card. */
export function createPaymentControl(runtime: Runtime): Hono<ControlEnv> {
  const control = new Hono<ControlEnv>();
  control.post("/payments/:id/settle", async (c) =>
    c.json(await inTransaction(runtime, NO_REQUEST, (tx) => endDebit(tx, c.req.param("id"), "paid"))),
  );
  control.post("/payments/:id/fail", async (c) => {
    const { reason } = debitFailureInput.parse(await readJson(c));
    const failure = DEBIT_FAILURES[reason];
    return c.json(await inTransaction(runtime, NO_REQUEST, (tx) => endDebit(tx, c.req.param("id"), failure)));
  });
  control.post("/payments/:id/authenticate", async (c) => {
    const { answer } = authenticateInput.parse(await readJson(c));
    return c.json(await authenticate(runtime, c.req.param("id"), answer === "complete"));
  });
  control.post("/payment_methods/:id/update", async (c) => {
    const change = cardUpdateInput.parse(await readJson(c));
    return c.json(
      await inTransaction(runtime, NO_REQUEST, (tx) => updateByNetwork(tx, c.req.param("id"), change)),
    );
  });
  control.post("/payment_methods/:id/decline", async (c) => {
    const { decline_code: code, advice_code: advice } = cardDeclineInput.parse(await readJson(c));
    return c.json(await tellBank(runtime, c.req.param("id"), declineByCode(code, advice)));
  });
  control.post("/payment_methods/:id/accept", async (c) =>
    c.json(await tellBank(runtime, c.req.param("id"), null)),
  );
  control.post("/payment_methods/:id/detach", async (c) =>
    c.json(await inTransaction(runtime, NO_REQUEST, (tx) => detachPaymentMethod(tx, c.req.param("id")))),
  );
  return control;
}

/** What the bank of a card answers to its charges from now on; with null, what its number says. */
function tellBank(runtime: Runtime, methodId: string, declinedWith: Decline | null) {
  return inTransaction(runtime, NO_REQUEST, async (tx) => {
    const { data: method } = await loadLive<Stripe.PaymentMethod>(tx, "payment_method", methodId);
    if (!method.card) throw invalidRequest("Only a card can be declined.", "payment_method");
    await mergePrivate(tx, method.id, { declinedWith } satisfies MethodSecrets);
    return { payment_method: method.id, declined_with: declinedWith };
  });
}

/** Answers the bank's page of a PaymentIntent or SetupIntent, without opening it. */
async function authenticate(runtime: Runtime, intentId: string, passed: boolean) {
  const token = await inTransaction(runtime, NO_REQUEST, (tx) => readPendingToken(tx, intentId));
  const answered = token && (await answerChallenge(runtime, intentId, token, passed));
  if (!answered) throw invalidRequest(`No 3-D Secure step of ${intentId} is waiting for an answer.`);
  return { go_to: answered.goTo, intent: answered.intent };
}
