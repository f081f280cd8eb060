import { Hono } from "hono";
import { z } from "zod";
import { invalidRequest } from "../api/stripe-error";
import { DECLINE_CODES, type Decline, declineByCode } from "../cards/declines";
import { changedAttributes, recordEvent } from "../events/record-event";
import { answerChallenge, readPendingToken } from "../payments/answer-challenge";
import { endDebit } from "../payments/settle-debit";
import { loadLive } from "../resources/load-object";
import { DEBIT_FAILURES } from "../resources/payment-intents/debit-bank";
import { detachPaymentMethod } from "../resources/payment-methods/attach-payment-method";
import type { MethodSecrets } from "../resources/payment-methods/payment-method";
import { fingerprintOf, paymentMethodSaveOptions } from "../resources/payment-methods/payment-method";
import { inTransaction, NO_REQUEST, type Runtime, type Tx } from "../runtime";
import { mergePrivate, updateObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { type ControlEnv, readJson } from "./control-request";

/** `/_control`: what banks, cardholders and card networks do, such as settling a debit or replacing a card. */
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
      await inTransaction(runtime, NO_REQUEST, (tx) => replaceCard(tx, c.req.param("id"), change)),
    );
  });
  control.post("/payment_methods/:id/decline", async (c) => {
    const { decline_code: code, advice_code: advice } = cardDeclineInput.parse(await readJson(c));
    return c.json(await setBankDecline(runtime, c.req.param("id"), declineByCode(code, advice)));
  });
  control.post("/payment_methods/:id/accept", async (c) =>
    c.json(await setBankDecline(runtime, c.req.param("id"), null)),
  );
  control.post("/payment_methods/:id/detach", async (c) =>
    c.json(await inTransaction(runtime, NO_REQUEST, (tx) => detachPaymentMethod(tx, c.req.param("id")))),
  );
  return control;
}

/** Makes the bank decline a card's charges from now on; null restores the test card's own behavior. */
function setBankDecline(runtime: Runtime, methodId: string, declinedWith: Decline | null) {
  return inTransaction(runtime, NO_REQUEST, async (tx) => {
    const { data: method } = await loadLive<Stripe.PaymentMethod>(tx, "payment_method", methodId);
    if (!method.card) throw invalidRequest("Only a card can be declined.", "payment_method");
    await mergePrivate(tx, method.id, { declinedWith } satisfies MethodSecrets);
    return { payment_method: method.id, declined_with: declinedWith };
  });
}

/** Completes or fails 3-D Secure of a PaymentIntent or SetupIntent without its page. */
async function authenticate(runtime: Runtime, intentId: string, passed: boolean) {
  const token = await inTransaction(runtime, NO_REQUEST, (tx) => readPendingToken(tx, intentId));
  const answered = token && (await answerChallenge(runtime, intentId, token, passed));
  if (!answered) throw invalidRequest(`No 3-D Secure step of ${intentId} is waiting for an answer.`);
  return { go_to: answered.redirectUrl, intent: answered.intent };
}

/** Why a bank declines a debit. */
const debitFailureInput = z.strictObject({
  reason: z
    .enum(["account_closed", "debit_not_authorized", "insufficient_funds"])
    .default("insufficient_funds"),
});

const authenticateInput = z.strictObject({ answer: z.enum(["complete", "fail"]) });

/** What a card network reports about a replaced card. */
const cardUpdateInput = z.strictObject({
  exp_month: z.int().min(1).max(12).optional(),
  exp_year: z.int().min(2000).max(2100).optional(),
  last4: z
    .string()
    .regex(/^\d{4}$/)
    .optional(),
  brand: z.enum(["visa", "mastercard", "amex", "discover", "diners", "jcb", "unionpay"]).optional(),
});

/** Why a bank declines a saved card's charges from now on. */
const cardDeclineInput = z.strictObject({
  decline_code: z.enum(DECLINE_CODES),
  advice_code: z.enum(["confirm_card_data", "do_not_try_again", "try_again_later"]).nullish(),
});

type CardUpdate = z.infer<typeof cardUpdateInput>;

/**
 * Replaces a saved card as a card network would, by default with the same number and three more years. A new number
 * has a new fingerprint. The test card's behavior stays.
 *
 * @throws StripeError the payment method is not a saved card
 */
async function replaceCard(tx: Tx, id: string, change: CardUpdate): Promise<Stripe.PaymentMethod> {
  const { data: before } = await loadLive<Stripe.PaymentMethod>(tx, "payment_method", id);
  if (!before.card || !before.customer) {
    throw invalidRequest("Networks update cards that are saved to a customer only.", "payment_method");
  }
  const after: Stripe.PaymentMethod = { ...before, card: replacedCard(id, before.card, change) };
  await updateObject(tx, after, paymentMethodSaveOptions(after));
  const previous = changedAttributes(before, after);
  await recordEvent(tx, "payment_method.automatically_updated", after, previous);
  return after;
}

function replacedCard(
  id: string,
  card: Stripe.PaymentMethod.Card,
  { exp_month, exp_year, last4, brand }: CardUpdate,
): Stripe.PaymentMethod.Card {
  const isNewNumber = (last4 ?? card.last4) !== card.last4 || (brand ?? card.brand) !== card.brand;
  return {
    ...card,
    ...(brand && {
      brand,
      display_brand: brand === "amex" ? "american_express" : brand,
      networks: { available: [brand], preferred: null },
    }),
    exp_month: exp_month ?? card.exp_month,
    exp_year: exp_year ?? card.exp_year + 3,
    last4: last4 ?? card.last4,
    ...(isNewNumber && {
      fingerprint: fingerprintOf(`replacement of ${id}: ${brand ?? card.brand} ${last4}`),
    }),
  };
}
