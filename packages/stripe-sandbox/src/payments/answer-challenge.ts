import type { PaymentRedirect } from "../checkout/update-session";
import { chargeCard } from "../resources/payment-intents/charge-card";
import { awaitConfirmation, failAuthentication } from "../resources/payment-intents/confirm-intent";
import { lockOwner } from "../resources/payment-intents/intent-owner";
import type { PaymentResult } from "../resources/payment-intents/payment-intent";
import { readSecrets, testCardOf } from "../resources/payment-methods/payment-method";
import {
  failSetupAuthentication,
  type SetupResult,
  setUpCard,
} from "../resources/setup-intents/confirm-setup";
import { inTransaction, NO_REQUEST, type Runtime, type Tx } from "../runtime";
import { findObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import type { Challenge, SaveCard } from "../three-d-secure/challenge";
import { notifyPaymentOwner, notifySetupOwner } from "./notify-owner";

/** Result of the cardholder's answer. */
interface ChallengeResult {
  intent: Stripe.PaymentIntent | Stripe.SetupIntent;
  /** Null if there is no return URL: the page shows the result itself. */
  redirectUrl: string | null;
}

/**
 * Applies the cardholder's answer on the bank's page, once: charges or saves the card if they passed, declines it if
 * they did not. Waits a moment for the webhook if a hosted page comes next, as Stripe does.
 *
 * @returns undefined if there is no open challenge
 */
export async function answerChallenge(
  runtime: Runtime,
  intentId: string,
  token: string,
  passed: boolean,
): Promise<ChallengeResult | undefined> {
  const answered = await inTransaction(runtime, NO_REQUEST, async (tx) => {
    await lockOwner(tx, intentId);
    const open = await readChallenge(tx, intentId, token, "lock");
    return open && settle(tx, open, passed);
  });
  if (answered?.eventId) await runtime.deliveries.waitFor(answered.eventId, runtime.redirectWaitMs);
  return answered;
}

async function settle(
  tx: Tx,
  open: OpenChallenge,
  passed: boolean,
): Promise<ChallengeResult & { eventId?: string | undefined }> {
  const { challenged } = open;
  if (challenged.kind === "payment") {
    const result = await settlePayment(tx, challenged.intent, open, passed);
    return redirectAfter(result.intent, open, await notifyPaymentOwner(tx, result));
  }
  const result = await settleSetup(tx, challenged.intent, open, passed);
  return redirectAfter(result.intent, open, await notifySetupOwner(tx, result));
}

async function settlePayment(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  open: OpenChallenge,
  passed: boolean,
): Promise<PaymentResult> {
  const { challenge, method } = open;
  if (!passed) return failAuthentication(tx, intent, method);
  if (intent.confirmation_method === "manual") return awaitConfirmation(tx, intent, challenge);
  const card = testCardOf(await readSecrets(tx, method.id));
  return chargeCard(tx, intent, method, card, { authenticated: true, save: cardToSave(open) });
}

async function settleSetup(
  tx: Tx,
  intent: Stripe.SetupIntent,
  open: OpenChallenge,
  passed: boolean,
): Promise<SetupResult> {
  const { method } = open;
  if (!passed) return failSetupAuthentication(tx, intent, method);
  const card = testCardOf(await readSecrets(tx, method.id));
  return setUpCard(tx, intent, method, card, { authenticated: true, save: cardToSave(open) });
}

/** The card may have been attached meanwhile. */
function cardToSave({ challenge, method }: OpenChallenge): SaveCard | null {
  return method.customer === null ? challenge.save : null;
}

function redirectAfter(
  intent: ChallengeResult["intent"],
  { challenge }: OpenChallenge,
  followed: PaymentRedirect | undefined,
) {
  if (followed) return { intent, ...followed };
  return {
    intent,
    redirectUrl: challenge.returnUrl === null ? null : returnUrlWithResult(challenge.returnUrl, intent),
  };
}

/** Adds Stripe's query parameters to the caller's return URL. */
function returnUrlWithResult(returnUrl: string, intent: ChallengeResult["intent"]): string {
  const url = new URL(returnUrl);
  const name = intent.object;
  const failed = intent.status === "requires_payment_method";
  url.searchParams.set(name, intent.id);
  url.searchParams.set(`${name}_client_secret`, intent.client_secret ?? "");
  url.searchParams.set("redirect_status", failed ? "failed" : "succeeded");
  return url.href;
}

type ChallengedIntent =
  | { kind: "payment"; intent: Stripe.PaymentIntent }
  | { kind: "setup"; intent: Stripe.SetupIntent };

export interface OpenChallenge {
  challenged: ChallengedIntent;
  challenge: Challenge;
  method: Stripe.PaymentMethod;
}

/** Reads the open challenge of a page; undefined if it was answered, withdrawn or never existed. */
export async function readChallenge(
  tx: Tx,
  intentId: string,
  token: string,
  lock: "lock" | "read",
): Promise<OpenChallenge | undefined> {
  const isSetup = intentId.startsWith("seti_");
  const stored = await findObject<Stripe.PaymentIntent | Stripe.SetupIntent>(
    tx,
    isSetup ? "setup_intent" : "payment_intent",
    intentId,
    lock,
  );
  const challenge = stored?.private.challenge as Challenge | null | undefined;
  if (stored?.data.status !== "requires_action" || challenge?.token !== token) return undefined;
  const method = await findObject<Stripe.PaymentMethod>(tx, "payment_method", challenge.methodId, lock);
  if (!method) return undefined;
  return { challenged: challengedIntent(stored.data), challenge, method: method.data };
}

/** Returns the token of an intent's challenge, if it has one. */
export async function readPendingToken(tx: Tx, intentId: string): Promise<string | undefined> {
  const type = intentId.startsWith("seti_") ? "setup_intent" : "payment_intent";
  const stored = await findObject<Stripe.PaymentIntent | Stripe.SetupIntent>(tx, type, intentId);
  return (stored?.private.challenge as Challenge | null | undefined)?.token;
}

function challengedIntent(intent: Stripe.PaymentIntent | Stripe.SetupIntent): ChallengedIntent {
  return intent.object === "setup_intent" ? { kind: "setup", intent } : { kind: "payment", intent };
}
