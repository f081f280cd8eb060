import type { Tx } from "../../runtime";
import type { Row } from "../../store/database";
import type { Stripe } from "../../stripe-types";

/** The account's own currency, shown also while it holds nothing. */
const HOME_CURRENCY = "usd";

interface Sum extends Row {
  currency: string;
  status: string;
  net: string;
}

/** The account's balance: for each currency the sum of its balance transactions, pending and available. In cents. */
export async function retrieveBalance(tx: Tx): Promise<Stripe.Balance> {
  const sums = await tx.query<Sum>(
    `SELECT data ->> 'currency' AS currency, data ->> 'status' AS status, sum((data ->> 'net')::bigint)::text AS net
     FROM object WHERE type = 'balance_transaction' AND NOT deleted GROUP BY 1, 2 ORDER BY 1`,
  );
  const currencies = [...new Set([HOME_CURRENCY, ...sums.map((sum) => sum.currency)])];
  const inState = (status: string) =>
    currencies.map((currency) => {
      const sum = sums.find((row) => row.currency === currency && row.status === status);
      const amount = Number(sum?.net ?? 0);
      return { amount, currency, source_types: { card: amount } };
    });
  return {
    object: "balance",
    available: inState("available"),
    livemode: false,
    pending: inState("pending"),
  };
}
