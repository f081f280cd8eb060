import { prisma, type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import {
  createStripeCustomer,
  isRememberedFailure,
  isStripeRefusal,
  type StripeCustomerFacts,
} from "@/lib/stripe";
import { readCustomer } from "./create-customer";

/** A customer's record at Stripe. */
export interface StripeCustomerLink {
  stripeCustomerId: string;
  defaultPaymentMethodId: string | null;
  /** Rises with each change of its cards and default here. */
  cardsVersion: number;
}

/** The link of a customer in our mode; null when it has never needed one, or Stripe has no such customer any more. */
export async function findStripeCustomer(customerId: CustomerId): Promise<StripeCustomerLink | null> {
  const row = await findRow(customerId);
  if (!row || row.deletedAt) return null;
  const { stripeCustomerId, defaultPaymentMethodId, cardsVersion } = row;
  return { stripeCustomerId, defaultPaymentMethodId, cardsVersion };
}

function findRow(customerId: CustomerId) {
  return prisma().stripeCustomer.findUnique({
    where: { customerId_livemode: { customerId, livemode: livemode() } },
  });
}

/**
 * The id of the customer at Stripe, made at its first use and stored before any session; made anew when Stripe has it no
 * more. Two calls at once get the same one, since Stripe answers the same key with the same customer.
 *
 * @throws StripeUnavailableError no answer; nothing is stored, try again
 */
export async function ensureStripeCustomer(customerId: CustomerId): Promise<string> {
  const known = await findRow(customerId);
  if (known && !known.deletedAt) return known.stripeCustomerId;

  const deletedId = known?.stripeCustomerId ?? null;
  const { stripeCustomerId } = await makeStripeCustomer(customerId, deletedId);

  return withCustomerTransaction(customerId, async (tx) => {
    await tx.stripeCustomer.createMany({
      data: { customerId, livemode: livemode(), stripeCustomerId },
      skipDuplicates: true,
    });
    if (deletedId !== null) {
      await tx.stripeCustomer.updateMany({
        where: { customerId, livemode: livemode(), stripeCustomerId: deletedId },
        data: { stripeCustomerId, deletedAt: null, cardsVersion: { increment: 1 } },
      });
    }
    await mapStripeObject(tx, stripeCustomerId, { customerId, kind: "customer", ourId: customerId });
    const stored = await tx.stripeCustomer.findUniqueOrThrow({
      where: { customerId_livemode: { customerId, livemode: livemode() } },
    });
    return stored.stripeCustomerId;
  });
}

/**
 * After an answer that Stripe remembers as failed the key of the hour is tried, or the customer could not top up for a
 * day. Should both have made one, only the one that is linked is ever used.
 */
async function makeStripeCustomer(
  customerId: CustomerId,
  deletedId: string | null,
): Promise<StripeCustomerFacts> {
  const { name, email } = await readCustomer(customerId);
  // Under the first key Stripe would answer with the deleted one for a day.
  const after = deletedId === null ? "" : `:after:${deletedId}`;
  const key = `customer:${customerId}:${livemode() ? "live" : "test"}${after}`;
  try {
    return await createStripeCustomer({ customerId, name, email }, key);
  } catch (error) {
    // Stripe takes fewer addresses than mail servers do. Checkout asks for one then.
    if (isStripeRefusal(error) && error.param === "email") {
      return createStripeCustomer({ customerId, name }, `${key}:no-email`);
    }
    if (!isRememberedFailure(error)) throw error;
    const hour = new Date().toISOString().slice(0, 13);
    return createStripeCustomer({ customerId, name, email }, `${key}:${hour}`);
  }
}

/**
 * Writes down that Stripe has deleted a customer, which is for good. Whoever has read its cards before must read again.
 *
 * @returns false when it is not the one in use (any more): then nothing was changed
 */
export async function unlinkStripeCustomer(
  tx: Tx,
  customerId: CustomerId,
  stripeCustomerId: string,
  now: Date,
): Promise<boolean> {
  const { count } = await tx.stripeCustomer.updateMany({
    where: { customerId, livemode: livemode(), stripeCustomerId, deletedAt: null },
    data: { deletedAt: now, defaultPaymentMethodId: null, cardsVersion: { increment: 1 } },
  });
  return count > 0;
}

/** What an object of Stripe's is to us. */
export interface StripeObjectOwner {
  customerId: CustomerId;
  kind: "customer" | "checkout_session" | "payment_intent" | "setup_intent" | "payment_method";
  ourId: string;
}

/**
 * Remembers whose an object of Stripe's is. A second time changes nothing.
 *
 * @throws Error it is another's: one payment never counts for two
 */
export async function mapStripeObject(tx: Tx, stripeId: string, owner: StripeObjectOwner): Promise<void> {
  const { count } = await tx.stripeObject.createMany({ data: { stripeId, ...owner }, skipDuplicates: true });
  if (count > 0) return;
  const known = await tx.stripeObject.findUniqueOrThrow({ where: { stripeId } });
  if (known.customerId !== owner.customerId || known.ourId !== owner.ourId) {
    throw new Error(`${stripeId} belongs to ${known.ourId} of ${known.customerId} already.`);
  }
}

/** Whose an object of Stripe's is; null for a foreign one. */
export async function findOwner(stripeId: string): Promise<StripeObjectOwner | null> {
  const row = await prisma().stripeObject.findUnique({ where: { stripeId } });
  return (
    row && {
      customerId: row.customerId as CustomerId,
      kind: row.kind as StripeObjectOwner["kind"],
      ourId: row.ourId,
    }
  );
}

/** Finds our customer behind a Stripe customer id (`cus_…`). Returns null for any other value. */
export async function findCustomerByStripeId(stripeCustomerId: unknown): Promise<CustomerId | null> {
  const owner = typeof stripeCustomerId === "string" ? await findOwner(stripeCustomerId) : null;
  return owner?.kind === "customer" ? owner.customerId : null;
}

/** Copies Stripe's default card into our mirror. */
export async function storeDefaultCard(
  tx: Tx,
  customerId: CustomerId,
  paymentMethodId: string | null,
): Promise<void> {
  await tx.stripeCustomer.updateMany({
    where: { customerId, livemode: livemode() },
    data: { defaultPaymentMethodId: paymentMethodId },
  });
}
