import { findStripeCustomer, type StripeCustomerLink } from "@/lib/customers";
import { type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";

/** Other transactions can change the cards while Stripe is read this often. */
const MAX_READS = 8;

/** Rolls back: the cards changed after Stripe was read, so what was read may be stale. */
export class StaleCardsSignal extends Error {}

/**
 * Locks a customer's cards until the transaction ends, if they still have the version that they had before Stripe was read.
 * So the last writer has also read last.
 *
 * @throws StaleCardsSignal they have changed; read Stripe again
 */
export async function claimCards(tx: Tx, customerId: CustomerId, seenVersion: number): Promise<void> {
  const claimed = await tx.stripeCustomer.updateMany({
    where: { customerId, livemode: livemode(), cardsVersion: seenVersion },
    data: { cardsVersion: { increment: 1 } },
  });
  if (claimed.count === 0) throw new StaleCardsSignal();
}

/**
 * Copies a customer's cards from Stripe. Reads and writes again when another transaction has changed the cards in between.
 *
 * @param steps.claim runs first in the transaction and stores the event; false means that the event was handled before
 * @returns false when the customer has no Stripe customer; nothing was done
 * @throws StripeUnavailableError Stripe could not be read; nothing changed
 */
export async function mirrorCards<T>(
  customerId: CustomerId,
  steps: {
    read(link: StripeCustomerLink): Promise<T>;
    write(tx: Tx, facts: T, link: StripeCustomerLink): Promise<void>;
    claim?: (tx: Tx) => Promise<boolean>;
  },
): Promise<boolean> {
  for (let read = 1; read <= MAX_READS; read++) {
    const link = await findStripeCustomer(customerId);
    if (!link) return false;
    const facts = await steps.read(link);
    try {
      await withCustomerTransaction(customerId, async (tx) => {
        if (steps.claim && !(await steps.claim(tx))) return;
        await claimCards(tx, customerId, link.cardsVersion);
        await steps.write(tx, facts, link);
      });
      return true;
    } catch (error) {
      if (!(error instanceof StaleCardsSignal)) throw error;
    }
  }
  throw new ServiceUnavailableError("The cards are being updated by other requests. Please try again.", {
    reason: "busy",
  });
}
