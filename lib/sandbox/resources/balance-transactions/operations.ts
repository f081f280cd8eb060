import type { Operation } from "../../api/operation";
import { listOperation, retrieveOperation } from "../read-operations";

export const balanceTransactionOperations: readonly Operation[] = [
  retrieveOperation("BalanceTransactions.retrieve", "balance_transaction", "id"),
  listOperation("BalanceTransactions.list", "balance_transaction", ["currency", "payout", "source", "type"]),
];
