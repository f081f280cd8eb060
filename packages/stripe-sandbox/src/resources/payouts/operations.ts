import type { Operation } from "../../api/operation";
import { listOperation, retrieveOperation } from "../load-object";

/** Payouts are created through the control API only. */
export const payoutOperations: readonly Operation[] = [
  retrieveOperation("Payouts.retrieve", "payout", "payout"),
  listOperation("Payouts.list", "payout", ["status"]),
];
