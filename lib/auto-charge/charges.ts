import { type AutoTopUpRule, expectedTotal, lockRule } from "@/lib/auto-top-up";
import { type Cents, cents, displayUsd, fromCents } from "@/lib/money";
import { type Prisma, prisma, type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { env, livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import type { InvoiceParams } from "@/lib/stripe";
import { lockIntent, refOf, type TopUpIntent, type TopUpRef } from "@/lib/top-ups";
import { type ChargeState, UNRESOLVED } from "./rules";

/** What a step of a charge tells its caller: `stop` when nothing more can be done now. */
export type StepOutcome = "continue" | "stop";

/** How a step begins: right after the last one, or after a crash or a failure, when Stripe has to be read first. */
export interface StepStart {
  isFresh: boolean;
  now: Date;
}

/** Rolls back: the top-up changed after it was read, so that what was decided may be outdated. */
export class StaleChargeSignal extends Error {}

/** Locks an automatic top-up, unless it has changed since it was read. The rule's lock comes first. */
export async function lockCharge(tx: Tx, ref: TopUpRef, seen: { version: number }): Promise<TopUpIntent> {
  const intent = await lockIntent(tx, ref);
  if (intent.version !== seen.version) throw new StaleChargeSignal();
  return intent;
}

/**
 * Runs `work` in a transaction that has locked the rule of a top-up's customer and then the top-up.
 *
 * @throws StaleChargeSignal the top-up has changed since `seen` was read; nothing was written
 */
export function withLockedCharge<T>(
  seen: TopUpIntent,
  work: (tx: Tx, charge: { rule: AutoTopUpRule; intent: TopUpIntent }) => Promise<T>,
): Promise<T> {
  const ref = refOf(seen);
  return withCustomerTransaction(ref.customerId, async (tx) => {
    const rule = await lockRule(tx, ref.customerId);
    if (!rule) throw new Error(`${ref.topUpIntentId} was started without a rule.`);
    return work(tx, { rule, intent: await lockCharge(tx, ref, seen) });
  });
}

/** Which automatic top-ups of a customer are unresolved, in our mode. There is at most one. */
export function whereUnresolved(customerId: CustomerId): Prisma.TopUpIntentWhereInput {
  return { customerId, source: "auto", livemode: livemode(), status: { in: [...UNRESOLVED] } };
}

export function findUnresolved(customerId: CustomerId, tx: Tx = prisma()): Promise<TopUpIntent | null> {
  return tx.topUpIntent.findFirst({ where: whereUnresolved(customerId) });
}

/** The parameters of an automatic top-up's invoice, as they were frozen when it was started. */
export function invoiceParamsOf(intent: TopUpIntent): InvoiceParams {
  return intent.invoiceParams as unknown as InvoiceParams;
}

/** Whether its invoice is meant to be taxed. */
export function isTaxed(intent: TopUpIntent): boolean {
  return invoiceParamsOf(intent).invoice.automatic_tax?.enabled ?? false;
}

/** What the card pays for a top-up, tax included; an estimate until there is a draft. */
export function totalOf({ amountCents, expectedTotalCents }: TopUpIntent): Cents {
  const amount = cents(BigInt(amountCents ?? 0));
  return expectedTotal({ amount }, expectedTotalCents === null ? null : cents(BigInt(expectedTotalCents)));
}

/** An automatic top-up as the rules look at it. */
export function stateOf(intent: TopUpIntent): ChargeState {
  return { ...intent, stripeCustomerId: invoiceParamsOf(intent).invoice.customer ?? "" };
}

/**
 * Returns the parameters of the invoice of an automatic top-up, and of its one line.
 *
 * @see https://docs.stripe.com/api/invoices/create
 */
export function invoiceParams(order: {
  customerId: CustomerId;
  topUpIntentId: string;
  stripeCustomerId: string;
  paymentMethodId: string;
  amountCents: number;
}): InvoiceParams {
  const { customerId, topUpIntentId, amountCents } = order;
  const description = `Automatic balance top-up ${displayUsd(fromCents(cents(BigInt(amountCents))))}`;
  const settings = env();
  return {
    invoice: {
      customer: order.stripeCustomerId,
      currency: "usd",
      collection_method: "charge_automatically",
      // Stripe's own retries and reminders must never run: we decide when to try again.
      auto_advance: false,
      automatic_tax: { enabled: settings.STRIPE_AUTOMATIC_TAX },
      default_payment_method: order.paymentMethodId,
      pending_invoice_items_behavior: "exclude",
      // Left out, the invoice would inherit the customer's discount.
      discounts: "",
      payment_settings: { payment_method_types: ["card"] },
      description,
      metadata: {
        kind: "auto_topup",
        topup_intent_id: topUpIntentId,
        customer_id: customerId,
        amount_usd_cents: amountCents.toString(),
      },
    },
    line: {
      quantity: 1,
      description,
      price_data: {
        currency: "usd",
        unit_amount: amountCents,
        tax_behavior: "exclusive",
        product_data: { name: "Balance top-up", tax_code: settings.STRIPE_TAX_CODE },
      },
    },
  };
}

/** The idempotency keys of the calls to Stripe. Only a new attempt to pay has a new key. */
export const keys = {
  create: (ref: TopUpRef) => `auto:${ref.topUpIntentId}:create`,
  line: (ref: TopUpRef) => `auto:${ref.topUpIntentId}:line`,
  finalize: (ref: TopUpRef) => `auto:${ref.topUpIntentId}:finalize`,
  pay: (ref: TopUpRef, attempt: number) => `auto:${ref.topUpIntentId}:pay:${attempt}`,
  del: (ref: TopUpRef) => `del:${ref.topUpIntentId}`,
  void: (ref: TopUpRef) => `void:${ref.topUpIntentId}`,
};

/** Returns the timeline's code for the end of a top-up that was not paid. */
export function endingOf(status: string): "payment_failed" | "canceled" {
  return status === "failed" ? "payment_failed" : "canceled";
}
