import { createHash } from "node:crypto";
import { brandOf } from "../../cards/card-brands";
import type { Decline } from "../../cards/declines";
import { cardByNumber, type TestCard } from "../../cards/test-cards";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import {
  findObject,
  findObjects,
  insertObject,
  mergePrivate,
  type SaveOptions,
  updateObject,
} from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { EMPTY_ADDRESS } from "../params";

interface CardInput {
  card: TestCard;
  expMonth: number;
  expYear: number;
  billing: Billing;
  allowRedisplay?: Stripe.PaymentMethod.AllowRedisplay;
  metadata?: Record<string, string>;
}

export interface Billing {
  name: string | null;
  email: string | null;
  address: Stripe.Address | null;
  phone?: string | null;
}

export async function createCard(tx: Tx, input: CardInput): Promise<Stripe.PaymentMethod> {
  const method = buildCard(tx, input);
  await insertObject(tx, method, {
    ...paymentMethodSaveOptions(method),
    private: { number: input.card.number } satisfies MethodSecrets,
  });
  return method;
}

function buildCard(tx: Tx, input: CardInput): Stripe.PaymentMethod {
  const brand = brandOf(input.card.number);
  return {
    ...newPaymentMethod(tx, "card", input.billing),
    allow_redisplay: input.allowRedisplay ?? "unspecified",
    card: {
      brand,
      checks: { address_line1_check: "pass", address_postal_code_check: "pass", cvc_check: "pass" },
      country: input.card.country,
      display_brand: brand === "amex" ? "american_express" : brand,
      exp_month: input.expMonth,
      exp_year: input.expYear,
      fingerprint: fingerprintOf(`card ${input.card.number}`),
      funding: input.card.funding,
      generated_from: null,
      last4: input.card.number.slice(-4),
      networks: { available: [brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    metadata: input.metadata ?? {},
  };
}

/** The fields of all types of payment methods. */
export function newPaymentMethod<T extends Stripe.PaymentMethod.Type>(tx: Tx, type: T, billing: Billing) {
  const { name, email, address, phone } = billing;
  return {
    id: newStripeId("pm"),
    object: "payment_method" as const,
    allow_redisplay: "unspecified" as const,
    billing_details: { address: address ?? EMPTY_ADDRESS, email, name, phone: phone ?? null, tax_id: null },
    created: tx.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type,
  };
}

/** Hashes a number: equal numbers have equal fingerprints. */
export function fingerprintOf(number: string): string {
  return createHash("sha256")
    .update(`sandbox ${number}`)
    .digest("base64url")
    .replace(/[-_]/g, "x")
    .slice(0, 16);
}

export async function savePaymentMethod(tx: Tx, method: Stripe.PaymentMethod): Promise<void> {
  await updateObject(tx, method, paymentMethodSaveOptions(method));
}

export function paymentMethodSaveOptions(method: Stripe.PaymentMethod): SaveOptions {
  return {
    refs: {
      customer: method.customer as string | null,
      type: method.type,
      allow_redisplay: method.allow_redisplay ?? null,
    },
  };
}

/** Stored with a payment method and never returned. */
export interface MethodSecrets extends Record<string, unknown> {
  /** Of a card. */
  number?: string;
  /** Of a card: overrides the decline of its number. */
  declinedWith?: Decline | null;
  /** Of a bank account: whether its debits fail. */
  debitFails?: boolean;
  /** The bank has authorized off-session payments. */
  isSetUp?: boolean;
  /** Used without a customer, or detached: it cannot be used again. */
  isUsedUp?: boolean;
}

export async function readSecrets(tx: Tx, methodId: string): Promise<MethodSecrets> {
  const stored = await findObject<Stripe.PaymentMethod>(tx, "payment_method", methodId, "lock");
  if (!stored) throw new Error(`the payment method ${methodId} is gone`);
  return stored.private;
}

/** Returns the test card of a payment method, with the decline that the control API set. */
export function testCardOf({ number, declinedWith }: MethodSecrets): TestCard {
  const card = cardByNumber(number ?? "");
  return declinedWith ? { ...card, onCharge: declinedWith } : card;
}

/** Lets a card be charged off-session without 3-D Secure. */
export async function markSetUp(tx: Tx, methodId: string): Promise<void> {
  await mergePrivate(tx, methodId, { isSetUp: true } satisfies MethodSecrets);
}

/** Records the effect of a successful payment on later ones with the same payment method. */
export async function rememberPayment(
  tx: Tx,
  method: Stripe.PaymentMethod,
  futureUsage: Stripe.PaymentIntent.SetupFutureUsage | null,
): Promise<void> {
  if (method.customer === null) await mergePrivate(tx, method.id, { isUsedUp: true } satisfies MethodSecrets);
  else if (futureUsage === "off_session") await markSetUp(tx, method.id);
}

/** Creates the card of an alias such as `pm_card_visa`. */
export function createAliasCard(tx: Tx, card: TestCard): Promise<Stripe.PaymentMethod> {
  const expYear = new Date(tx.now * 1000).getUTCFullYear() + 1;
  return createCard(tx, { card, expMonth: 12, expYear, billing: { name: null, email: null, address: null } });
}

/** Newest first. */
export async function customerCards(tx: Tx, customer: string): Promise<Stripe.PaymentMethod[]> {
  const stored = await findObjects<Stripe.PaymentMethod>(tx, "payment_method", { customer, type: "card" });
  return stored.map((method) => method.data);
}
