import type Stripe from "stripe";
import { idOf, type StripeAddress } from "./cards";
import { stripe } from "./client";
import { callStripe, isRememberedFailure, isStripeRefusal } from "./errors";

/** What we keep of a customer at Stripe. */
export interface StripeCustomerFacts {
  stripeCustomerId: string;
  livemode: boolean;
  defaultPaymentMethodId: string | null;
  hasAddress: boolean;
}

/** Makes the customer at Stripe; the same key gives the same one. */
export async function createStripeCustomer(
  input: { customerId: string; name: string; email?: string },
  idempotencyKey: string,
): Promise<StripeCustomerFacts> {
  const { customerId, ...shown } = input;
  return facts(
    await callStripe(() =>
      stripe().customers.create({ ...shown, metadata: { customer_id: customerId } }, { idempotencyKey }),
    ),
  );
}

/** Reads a customer; null when it is unknown or deleted at Stripe. */
export async function retrieveStripeCustomer(stripeCustomerId: string): Promise<StripeCustomerFacts | null> {
  try {
    const customer = await callStripe(() => stripe().customers.retrieve(stripeCustomerId));
    return customer.deleted ? null : facts(customer);
  } catch (error) {
    if (isStripeRefusal(error) && error.isMissing) return null;
    throw error;
  }
}

/**
 * Sets the card that is used by default; it is the only default there is.
 *
 * @param idempotencyKey names what asks for it, so that a repeat of the same task changes nothing; null for a request of
 * the customer's, which counts each time
 */
export async function setDefaultCard(
  stripeCustomerId: string,
  paymentMethodId: string,
  idempotencyKey: string | null,
): Promise<void> {
  await updateOnce(
    stripeCustomerId,
    { invoice_settings: { default_payment_method: paymentMethodId } },
    idempotencyKey,
  );
}

/** Gives the customer an address and a name: tax on an automatic top-up needs the first. */
export async function setAddress(
  stripeCustomerId: string,
  { address, name }: { address: StripeAddress; name: string | null },
  idempotencyKey: string,
): Promise<void> {
  await updateOnce(stripeCustomerId, { address, ...(name ? { name } : {}) }, idempotencyKey);
}

async function updateOnce(
  stripeCustomerId: string,
  change: Stripe.CustomerUpdateParams,
  idempotencyKey: string | null,
): Promise<void> {
  const update = (options: Stripe.RequestOptions) =>
    callStripe(() => stripe().customers.update(stripeCustomerId, change, options));
  if (idempotencyKey === null) {
    await update({});
    return;
  }
  await update({ idempotencyKey }).catch((error: unknown) => {
    // Stripe would repeat a failure of its own under the same key for a day.
    if (!isRememberedFailure(error)) throw error;
    return update({}); // the SDK makes a key for each call
  });
}

type Customer = Awaited<ReturnType<ReturnType<typeof stripe>["customers"]["create"]>>;

function facts(customer: Customer): StripeCustomerFacts {
  return {
    stripeCustomerId: customer.id,
    livemode: customer.livemode,
    defaultPaymentMethodId: idOf(customer.invoice_settings.default_payment_method),
    hasAddress: Boolean(customer.address?.country),
  };
}
