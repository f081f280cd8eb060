import type { OperatorActor } from "@/lib/auth";
import { type Cents, formatCents } from "@/lib/money";
import { recordAction } from "@/lib/operator-actions";
import type { Tx } from "@/lib/platform/db";
import { ConflictError, invalidField, NotFoundError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { type Reversal, type ReversalChange, settleReversal } from "@/lib/reversals";
import { type ReadDispute, readDispute, recordDispute } from "./settle-dispute";

/** Stripe tells the amount of the dispute in US dollars, so nobody has to enter it. */
export class DisputeAmountKnownError extends ConflictError {
  constructor(amount: Cents) {
    super(
      `Stripe reports what this dispute has taken (${formatCents(amount)} USD), so it cannot be entered.`,
    );
  }

  override get details() {
    return { reason: "amount_known" };
  }
}

/**
 * Enters how much of a payment a dispute has taken, where its money is in a currency that cannot be converted to US dollars,
 * and brings the balance in line. It holds until the dispute's money moves again. Entering the same amount again changes
 * nothing.
 *
 * @param input.amount tax included; zero when the money has come back
 * @throws NotFoundError there is no such dispute of a top-up
 * @throws DisputeAmountKnownError Stripe reports the amount itself
 * @throws InvalidRequestError the amount exceeds the payment
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 */
export async function enterDisputeAmount(
  by: OperatorActor,
  { disputeId, amount, reason }: { disputeId: string; amount: Cents; reason: string },
): Promise<Reversal> {
  let entered: Reversal | undefined;
  const record = async (tx: Tx, change: ReversalChange<ReadDispute>) => {
    entered = change.after;
    if (!isSame(change)) {
      const customerId = change.topUp.customerId as CustomerId;
      await recordAction(tx, { verb: "enter_dispute_amount", by, subjectId: disputeId, customerId, reason });
    }
    await recordDispute(tx, change);
  };
  const read = (id: string) => readWithAmount(id, amount);
  await settleReversal({ type: "dispute", id: disputeId }, { read, record });
  if (!entered) throw new NotFoundError("dispute");
  return entered;
}

async function readWithAmount(disputeId: string, amount: Cents): Promise<ReadDispute | null> {
  const facts = await readDispute(disputeId);
  if (!facts) return null;
  if (facts.effectiveCents !== null) throw new DisputeAmountKnownError(facts.effectiveCents);
  const { chargeCents } = facts.payment;
  if (amount > chargeCents) {
    throw invalidField(
      "amount_usd",
      `A dispute cannot take more than the payment (${formatCents(chargeCents)} USD).`,
    );
  }
  return { ...facts, effectiveCents: amount, isEntered: true };
}

function isSame({ before, after }: ReversalChange<ReadDispute>): boolean {
  return (
    before?.effectiveCents === after.effectiveCents &&
    before?.enteredMovedAt?.getTime() === after.enteredMovedAt?.getTime()
  );
}
