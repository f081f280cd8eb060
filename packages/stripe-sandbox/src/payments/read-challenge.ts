import type { Tx } from "../runtime";
import { findObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import type { Challenge } from "../three-d-secure/challenge";

export type ChallengedIntent =
  | { kind: "payment"; intent: Stripe.PaymentIntent }
  | { kind: "setup"; intent: Stripe.SetupIntent };

export interface OpenChallenge {
  asked: ChallengedIntent;
  challenge: Challenge;
  method: Stripe.PaymentMethod;
}

/** The bank's question behind an address; undefined when it was answered, withdrawn, or never asked. */
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
  return { asked: askedBy(stored.data), challenge, method: method.data };
}

/** The token of the question that an intent waits for; undefined when it waits for none. */
export async function readPendingToken(tx: Tx, intentId: string): Promise<string | undefined> {
  const type = intentId.startsWith("seti_") ? "setup_intent" : "payment_intent";
  const stored = await findObject<Stripe.PaymentIntent | Stripe.SetupIntent>(tx, type, intentId);
  return (stored?.private.challenge as Challenge | null | undefined)?.token;
}

function askedBy(intent: Stripe.PaymentIntent | Stripe.SetupIntent): ChallengedIntent {
  return intent.object === "setup_intent" ? { kind: "setup", intent } : { kind: "payment", intent };
}
