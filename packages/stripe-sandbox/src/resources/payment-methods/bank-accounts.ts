import type { Params } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { mapOf } from "../params";
import {
  type Billing,
  fingerprintOf,
  type MethodSecrets,
  newPaymentMethod,
  paymentMethodSaveOptions,
} from "./payment-method";

/** Stripe's test accounts: the debit of one is refused days later. */
const ACCOUNTS = { pays: "000123456789", fails: "000222222227" } as const;

export type BankAccount = keyof typeof ACCOUNTS;

export async function createBankAccount(
  tx: Tx,
  account: BankAccount,
  billing: Billing,
): Promise<Stripe.PaymentMethod> {
  const number = ACCOUNTS[account];
  const method: Stripe.PaymentMethod = {
    ...newPaymentMethod(tx, "us_bank_account", billing),
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

/** Stripe's test accounts whose debit fails. @see https://docs.stripe.com/testing */
const REFUSED = ["AT861904300235473202", "DE62370400440532013001", "IT60X0542811101000000123456"];

/** SEPA debits also require the holder's name and email. */
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

export async function createSepaAccount(
  tx: Tx,
  params: Params,
  billing: Billing,
): Promise<Stripe.PaymentMethod> {
  const iban = compact(String(mapOf(params.sepa_debit)?.iban));
  const method: Stripe.PaymentMethod = {
    ...newPaymentMethod(tx, "sepa_debit", billing),
    sepa_debit: {
      bank_code: iban.slice(4, 9),
      branch_code: "",
      country: iban.slice(0, 2),
      fingerprint: fingerprintOf(`iban ${iban}`),
      generated_from: { charge: null, setup_attempt: null },
      last4: iban.slice(-4),
    },
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
