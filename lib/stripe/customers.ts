import type Stripe from "stripe";
import { idOf, type StripeAddress } from "./cards";
import { stripe } from "./client";
import { callStripe, isRememberedFailure, isStripeRefusal } from "./errors";

/** The fields of a Stripe customer that we use. */
export interface StripeCustomerFacts {
  stripeCustomerId: string;
  /** Our id of the customer that it was created for. */
  customerId: string | null;
  livemode: boolean;
  defaultPaymentMethodId: string | null;
  hasAddress: boolean;
}

/** Creates a customer at Stripe. The same idempotency key returns the same customer. */
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

/** Retrieves a customer. Returns null when it does not exist or was deleted. */
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
 * Sets the customer's default card. Stripe's field is the only place that stores the default.
 *
 * @param idempotencyKey identifies the task that sets it, so that a retry changes nothing; null for a request of the
 * customer, which takes effect every time
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

/** Sets the customer's address, which tax on automatic top-ups requires, and name. */
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
    // Stripe replays a stored failure under the same key for a day.
    if (!isRememberedFailure(error)) throw error;
    return update({}); // the SDK generates a key for each call
  });
}

type Customer = Awaited<ReturnType<ReturnType<typeof stripe>["customers"]["create"]>>;

function facts(customer: Customer): StripeCustomerFacts {
  return {
    stripeCustomerId: customer.id,
    customerId: customer.metadata.customer_id ?? null,
    livemode: customer.livemode,
    defaultPaymentMethodId: idOf(customer.invoice_settings.default_payment_method),
    hasAddress: Boolean(customer.address?.country),
  };
}
