import { prisma, type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import {
  createStripeCustomer,
  isRememberedFailure,
  isStripeRefusal,
  retrieveStripeCustomer,
  type StripeCustomerFacts,
} from "@/lib/stripe";
import { readCustomer } from "./create-customer";

/** The link from our customer to its Stripe customer. */
export interface StripeCustomerLink {
  stripeCustomerId: string;
  defaultPaymentMethodId: string | null;
  /** Incremented by each change to the customer's cards or default card. */
  cardsVersion: number;
}

/** Finds a customer's link in our mode. Returns null when there is none yet, or the Stripe customer was deleted. */
export async function findStripeCustomer(customerId: CustomerId): Promise<StripeCustomerLink | null> {
  const row = await findRow(customerId);
  if (!row || row.deletedAt) return null;
  const { stripeCustomerId, defaultPaymentMethodId, cardsVersion } = row;
  return { stripeCustomerId, defaultPaymentMethodId, cardsVersion };
}

/** Finds the links of several customers in our mode. Customers without one are left out. */
export async function findStripeCustomers(
  customerIds: readonly CustomerId[],
): Promise<Map<string, StripeCustomerLink>> {
  const rows = await prisma().stripeCustomer.findMany({
    where: { customerId: { in: [...customerIds] }, livemode: livemode(), deletedAt: null },
  });
  return new Map(
    rows.map(({ customerId, stripeCustomerId, defaultPaymentMethodId, cardsVersion }) => [
      customerId,
      { stripeCustomerId, defaultPaymentMethodId, cardsVersion },
    ]),
  );
}

function findRow(customerId: CustomerId) {
  return prisma().stripeCustomer.findUnique({
    where: { customerId_livemode: { customerId, livemode: livemode() } },
  });
}

/**
 * Returns the id of the Stripe customer. Creates one at the first use, and again after it was deleted at Stripe. Concurrent
 * calls get the same one, because they send the same idempotency key.
 *
 * @throws StripeUnavailableError no response; nothing was stored, try again
 */
export async function ensureStripeCustomer(customerId: CustomerId): Promise<string> {
  const known = await findRow(customerId);
  if (known && !known.deletedAt) return known.stripeCustomerId;

  const deletedId = known?.stripeCustomerId ?? null;
  const { stripeCustomerId } = await createAtStripe(customerId, deletedId);

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
 * Creates the customer at Stripe. Stripe replays a stored failure under the same key for a day, so a second key that changes
 * every hour is tried then. If both keys created a customer, only the linked one is ever used.
 */
async function createAtStripe(
  customerId: CustomerId,
  deletedId: string | null,
): Promise<StripeCustomerFacts> {
  const { name, email } = await readCustomer(customerId);
  // Under the first key Stripe would return the deleted customer for a day.
  const after = deletedId === null ? "" : `:after:${deletedId}`;
  const key = `customer:${customerId}:${livemode() ? "live" : "test"}${after}`;
  try {
    return await createStripeCustomer({ customerId, name, email }, key);
  } catch (error) {
    // Stripe accepts fewer addresses than mail servers do. Checkout then asks for one.
    if (isStripeRefusal(error) && error.param === "email") {
      return createStripeCustomer({ customerId, name }, `${key}:no-email`);
    }
    if (!isRememberedFailure(error)) throw error;
    const hour = new Date().toISOString().slice(0, 13);
    return createStripeCustomer({ customerId, name, email }, `${key}:${hour}`);
  }
}

/**
 * Links a Stripe customer that the database has forgotten, if Stripe confirms that we created it for this customer. A customer
 * that has another link by now keeps it; payments of the forgotten one then count as well.
 *
 * @returns false when it is another customer's, or deleted; nothing changed
 */
export async function adoptStripeCustomer(
  customerId: CustomerId,
  stripeCustomerId: string,
): Promise<boolean> {
  const owner = await findOwner(stripeCustomerId);
  if (owner) return owner.customerId === customerId;
  const facts = await retrieveStripeCustomer(stripeCustomerId);
  if (facts?.customerId !== customerId || facts.livemode !== livemode()) return false;
  await withCustomerTransaction(customerId, async (tx) => {
    await tx.stripeCustomer.createMany({
      data: { customerId, livemode: livemode(), stripeCustomerId },
      skipDuplicates: true,
    });
    await mapStripeObject(tx, stripeCustomerId, { customerId, kind: "customer", ourId: customerId });
  });
  return true;
}

/**
 * Marks a Stripe customer as deleted, and invalidates what others have read of its cards.
 *
 * @returns false when it is not the linked one; nothing was changed
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

/** Which customer an object at Stripe belongs to. */
export interface StripeObjectOwner {
  customerId: CustomerId;
  kind:
    | "customer"
    | "checkout_session"
    | "invoice"
    | "payment_intent"
    | "setup_intent"
    | "payment_method"
    | "stripe_refund"
    | "dispute"
    | "fraud_warning";
  ourId: string;
}

/**
 * Stores which customer an object at Stripe belongs to. Repeating it changes nothing.
 *
 * @throws Error the object belongs to something else: one payment must never count twice
 */
export async function mapStripeObject(tx: Tx, stripeId: string, owner: StripeObjectOwner): Promise<void> {
  const { count } = await tx.stripeObject.createMany({ data: { stripeId, ...owner }, skipDuplicates: true });
  if (count > 0) return;
  const known = await tx.stripeObject.findUniqueOrThrow({ where: { stripeId } });
  if (known.customerId !== owner.customerId || known.ourId !== owner.ourId) {
    throw new Error(`${stripeId} already belongs to ${known.ourId} of ${known.customerId}.`);
  }
}

/** Finds the owner of an object at Stripe. Returns null when it is not ours. */
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

/** Stores a copy of Stripe's default card. */
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
