import { createHash } from "node:crypto";
import { brandOf } from "../../cards/card-brands";
import type { TestCard } from "../../cards/test-cards";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { insertObject, type SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { type Address, EMPTY_ADDRESS } from "../address";
import type { MethodSecrets } from "./method-secrets";

export interface CardInput {
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
  address: Address | null;
  phone?: string | null;
}

/** Makes the payment method of a card; it belongs to nobody until it is attached. */
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
    id: newStripeId("pm"),
    object: "payment_method",
    allow_redisplay: input.allowRedisplay ?? "unspecified",
    billing_details: billingDetails(input.billing),
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
    created: tx.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: input.metadata ?? {},
    type: "card",
  };
}

export function billingDetails({
  name,
  email,
  address,
  phone,
}: Billing): Stripe.PaymentMethod.BillingDetails {
  return { address: address ?? EMPTY_ADDRESS, email, name, phone: phone ?? null, tax_id: null };
}

/** The same number always has the same fingerprint, and the number cannot be read from it. */
export function fingerprintOf(number: string): string {
  return createHash("sha256")
    .update(`sandbox ${number}`)
    .digest("base64url")
    .replace(/[-_]/g, "x")
    .slice(0, 16);
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
