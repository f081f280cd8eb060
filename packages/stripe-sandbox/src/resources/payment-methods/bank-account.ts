import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { MethodSecrets } from "./method-secrets";
import { type Billing, billingDetails, fingerprintOf, paymentMethodSaveOptions } from "./payment-method";

/** Stripe's test accounts, one that pays and one whose debit is refused days later. */
const ACCOUNTS = { pays: "000123456789", fails: "000222222227" } as const;

export type BankAccount = keyof typeof ACCOUNTS;

/** Makes the payment method of a US bank account at the test bank. */
export async function createBankAccount(
  tx: Tx,
  account: BankAccount,
  billing: Billing,
): Promise<Stripe.PaymentMethod> {
  const number = ACCOUNTS[account];
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
    type: "us_bank_account",
    us_bank_account: {
      account_holder_type: "individual",
      account_type: "checking",
      bank_name: "SANDBOX TEST BANK",
      financial_connections_account: null,
      fingerprint: fingerprintOf(`bank account ${number}`),
      last4: number.slice(-4),
      networks: { preferred: "ach", supported: ["ach"] },
      routing_number: "110000000",
      status_details: {},
    },
  };
  await insertObject(tx, method, {
    ...paymentMethodSaveOptions(method),
    private: { debitFails: account === "fails" } satisfies MethodSecrets,
  });
  return method;
}
