import type { Decline } from "../../cards/declines";
import { cardByNumber, type TestCard } from "../../cards/test-cards";
import type { Tx } from "../../runtime";
import { findObject, mergePrivate } from "../../store/objects";
import type { Stripe } from "../../stripe-types";

/** What the sandbox knows about a payment method and never shows. */
export interface MethodSecrets extends Record<string, unknown> {
  /** Of a card. */
  number?: string;
  /** Of a card: what its bank answers to every charge, whatever its number would do. */
  declinedWith?: Decline | null;
  /** Of a bank account: does the bank refuse the debit in the end? */
  debitFails?: boolean;
  /** The cardholder agreed to payments while away, and the bank heard of it. */
  isSetUp?: boolean;
  /** Used while it belonged to nobody, or taken off its customer: it cannot be used again. */
  isUsedUp?: boolean;
}

export async function readSecrets(tx: Tx, methodId: string): Promise<MethodSecrets> {
  const stored = await findObject<Stripe.PaymentMethod>(tx, "payment_method", methodId, "lock");
  if (!stored) throw new Error(`the payment method ${methodId} is gone`);
  return stored.private;
}

/** The test card behind a payment method, with what its bank was told to answer. */
export function testCardOf({ number, declinedWith }: MethodSecrets): TestCard {
  const card = cardByNumber(number ?? "");
  return declinedWith ? { ...card, onCharge: declinedWith } : card;
}

/** A card that was set up may be charged while the customer is away without asking the bank again. */
export async function markSetUp(tx: Tx, methodId: string): Promise<void> {
  await mergePrivate(tx, methodId, { isSetUp: true } satisfies MethodSecrets);
}

/** What one successful payment means for the next one with the same payment method. */
export async function rememberPayment(
  tx: Tx,
  method: Stripe.PaymentMethod,
  futureUsage: Stripe.PaymentIntent.SetupFutureUsage | null,
): Promise<void> {
  if (method.customer === null) await mergePrivate(tx, method.id, { isUsedUp: true } satisfies MethodSecrets);
  else if (futureUsage === "off_session") await markSetUp(tx, method.id);
}
