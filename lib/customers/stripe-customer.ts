import { prisma, type Tx, withTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { createStripeCustomer } from "@/lib/stripe";
import { readCustomer } from "./create-customer";

/** A customer's record at Stripe. */
export interface StripeCustomerLink {
  stripeCustomerId: string;
  defaultPaymentMethodId: string | null;
}

/** The link of a customer in our mode, or null when it has never needed one. */
export async function findStripeCustomer(customerId: CustomerId): Promise<StripeCustomerLink | null> {
  const row = await prisma().stripeCustomer.findUnique({
    where: { customerId_livemode: { customerId, livemode: livemode() } },
  });
  return (
    row && { stripeCustomerId: row.stripeCustomerId, defaultPaymentMethodId: row.defaultPaymentMethodId }
  );
}

/**
 * The id of the customer at Stripe, made at its first use and stored before any session. Two calls at once get the
 * same one, since Stripe answers the same key with the same customer.
 *
 * @throws StripeUnavailableError no answer; nothing is stored, try again
 */
export async function ensureStripeCustomer(customerId: CustomerId): Promise<string> {
  const known = await findStripeCustomer(customerId);
  if (known) return known.stripeCustomerId;

  const { name, email } = await readCustomer(customerId);
  const mode = livemode() ? "live" : "test";
  const made = await createStripeCustomer({ customerId, name, email }, `customer:${customerId}:${mode}`);

  return withTransaction(async (tx) => {
    await tx.stripeCustomer.createMany({
      data: { customerId, livemode: livemode(), stripeCustomerId: made.stripeCustomerId },
      skipDuplicates: true,
    });
    await mapStripeObject(tx, made.stripeCustomerId, { customerId, kind: "customer", ourId: customerId });
    const stored = await tx.stripeCustomer.findUniqueOrThrow({
      where: { customerId_livemode: { customerId, livemode: livemode() } },
    });
    return stored.stripeCustomerId;
  });
}

/** What an object of Stripe's is to us. */
export interface StripeObjectOwner {
  customerId: CustomerId;
  kind: "customer" | "checkout_session" | "payment_intent" | "setup_intent" | "payment_method";
  ourId: string;
}

/** Remembers whose an object of Stripe's is. A second time changes nothing. */
export async function mapStripeObject(tx: Tx, stripeId: string, owner: StripeObjectOwner): Promise<void> {
  await tx.stripeObject.createMany({ data: { stripeId, ...owner }, skipDuplicates: true });
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
