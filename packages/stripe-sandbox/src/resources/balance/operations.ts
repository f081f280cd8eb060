import type { ListResponse } from "../../api/list";
import { listObjects } from "../../api/list-objects";
import type { ApiRequest, Operation } from "../../api/operation";
import { noSuchObject } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Row } from "../../store/database";
import { findObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { nounOf, retrieveOperation } from "../load-object";

const TYPE = "balance_transaction";

export const balanceTransactionOperations: readonly Operation[] = [
  retrieveOperation("BalanceTransactions.retrieve", TYPE, "id"),
  { id: "BalanceTransactions.list", run: listBalanceTransactions },
];

async function listBalanceTransactions(tx: Tx, request: ApiRequest): Promise<ListResponse> {
  const { payout, currency } = request.params;
  if (typeof payout === "string" && !(await findObject(tx, "payout", payout))) {
    throw noSuchObject("payout", payout, "payout", 400);
  }
  return listObjects(tx, request, {
    type: TYPE,
    noun: nounOf(TYPE),
    filters: ["source", "type", "payout"],
    refs: typeof currency === "string" ? { currency: currency.toLowerCase() } : {},
  });
}

export const balanceOperations: readonly Operation[] = [{ id: "Balance.retrieve", run: retrieveBalance }];

/** Listed even while its balance is zero. */
const HOME_CURRENCY = "usd";

interface Sum extends Row {
  currency: string;
  status: string;
  net: string;
}

/** Sums the balance transactions by currency and status. Amounts in cents. */
async function retrieveBalance(tx: Tx): Promise<Stripe.Balance> {
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
