import type { Params } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { mapOf } from "../param-readers";
import type { MethodSecrets } from "./method-secrets";
import { type Billing, billingDetails, fingerprintOf, paymentMethodSaveOptions } from "./payment-method";

/** Stripe's test accounts whose debit is refused in the end. @see https://docs.stripe.com/testing */
const REFUSED = ["AT861904300235473202", "DE62370400440532013001", "IT60X0542811101000000123456"];

/** Rules of a SEPA account that a parameter describes; Stripe wants to know whose it is. */
export function checkSepaAccount(params: Params): void {
  const iban = mapOf(params.sepa_debit)?.iban;
  if (typeof iban !== "string") throw missingParameter("sepa_debit[iban]");
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact(iban))) {
    throw invalidRequest("The IBAN you provided is invalid.", "sepa_debit[iban]");
  }
  const billing = mapOf(params.billing_details);
  const missing = ["name", "email"].find((field) => typeof billing?.[field] !== "string");
  if (missing) throw missingParameter(`billing_details[${missing}]`);
}

/** Makes the payment method of a bank account in Europe, from checked parameters. */
export async function createSepaAccount(
  tx: Tx,
  params: Params,
  billing: Billing,
): Promise<Stripe.PaymentMethod> {
  const iban = compact(String(mapOf(params.sepa_debit)?.iban));
  const method: Stripe.PaymentMethod = {
    id: newStripeId("pm"),
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: billingDetails(billing),
    created: tx.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    sepa_debit: {
      bank_code: iban.slice(4, 9),
      branch_code: "",
      country: iban.slice(0, 2),
      fingerprint: fingerprintOf(`iban ${iban}`),
      generated_from: { charge: null, setup_attempt: null },
      last4: iban.slice(-4),
    },
    type: "sepa_debit",
  };
  await insertObject(tx, method, {
    ...paymentMethodSaveOptions(method),
    private: { debitFails: REFUSED.includes(iban) } satisfies MethodSecrets,
  });
  return method;
}

function compact(iban: string): string {
  return iban.replace(/\s/g, "").toUpperCase();
}
