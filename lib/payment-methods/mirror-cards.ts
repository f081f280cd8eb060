import { findStripeCustomer, type StripeCustomerLink } from "@/lib/customers";
import { type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";

/** How often the cards may change under our reading before we give up for now. */
const MAX_READS = 8;

/** Thrown to roll back: the cards changed here after Stripe was read, so that what was read may be old. */
export class StaleCardsSignal extends Error {}

/**
 * Locks a customer's cards and default until the transaction ends, for writing what was read of Stripe while they stood
 * at a version. So whoever writes last has also read last.
 *
 * @throws StaleCardsSignal they have changed since: read Stripe again
 */
export async function claimCards(tx: Tx, customerId: CustomerId, seenVersion: number): Promise<void> {
  const claimed = await tx.stripeCustomer.updateMany({
    where: { customerId, livemode: livemode(), cardsVersion: seenVersion },
    data: { cardsVersion: { increment: 1 } },
  });
  if (claimed.count === 0) throw new StaleCardsSignal();
}

/**
 * Reads something of a customer's cards at Stripe and writes it here, again and again until nothing was written in
 * between.
 *
 * @param steps.claim runs first in the transaction, for the event's row in the inbox; false means done before
 * @returns false when the customer has nothing at Stripe: then nothing was done
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
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
  throw new ServiceUnavailableError("The cards are changing too fast. Please try again.", { reason: "busy" });
}
