import type { ListResponse } from "../../api/list";
import { listObjects } from "../../api/list-objects";
import type { ApiRequest, Operation } from "../../api/operation";
import { noSuchObject } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { nounOf } from "../load-object";
import { retrieveOperation } from "../read-operations";

const TYPE = "balance_transaction";

export const balanceTransactionOperations: readonly Operation[] = [
  retrieveOperation("BalanceTransactions.retrieve", TYPE, "id"),
  { id: "BalanceTransactions.list", run: listBalanceTransactions },
];

async function listBalanceTransactions(tx: Tx, request: ApiRequest): Promise<ListResponse> {
  const { payout, currency } = request.params;
  // Nothing is ever paid out of the sandbox's balance, so every payout is unknown.
  if (typeof payout === "string") throw noSuchObject("payout", payout, "payout", 400);
  return listObjects(tx, request, {
    type: TYPE,
    noun: nounOf(TYPE),
    filters: ["source", "type"],
    refs: typeof currency === "string" ? { currency: currency.toLowerCase() } : {},
  });
}
