import type { Stripe } from "../../stripe-types";

const DAY_SECONDS = 86_400;

/** What a charge says about the bank account that is debited. */
export function bankDetails(method: Stripe.PaymentMethod, now: number): Stripe.Charge.PaymentMethodDetails {
  if (method.sepa_debit) return sepaDetails(method.sepa_debit);
  const account = method.us_bank_account;
  if (!account) throw new Error(`${method.id} is not a bank account`);
  return {
    type: "us_bank_account",
    us_bank_account: {
      account_holder_type: account.account_holder_type,
      account_type: account.account_type,
      bank_name: account.bank_name,
      expected_debit_date: new Date((now + DAY_SECONDS) * 1000).toISOString().slice(0, 10),
      fingerprint: account.fingerprint,
      last4: account.last4,
      payment_reference: null,
      routing_number: account.routing_number,
    },
  };
}

function sepaDetails(account: Stripe.PaymentMethod.SepaDebit): Stripe.Charge.PaymentMethodDetails {
  const { bank_code, branch_code, country, fingerprint, last4 } = account;
  return {
    sepa_debit: { bank_code, branch_code, country, fingerprint, last4, mandate: null },
    type: "sepa_debit",
  };
}
