import type { Operation } from "../../api/operation";
import { listOperation, retrieveOperation } from "../read-operations";
import { acceptDispute, checkDisputeUpdate, updateDispute } from "./update-dispute";

export const disputeOperations: readonly Operation[] = [
  retrieveOperation("Disputes.retrieve", "dispute", "dispute"),
  listOperation("Disputes.list", "dispute", ["charge", "payment_intent"]),
  { id: "Disputes.update", check: checkDisputeUpdate, run: updateDispute },
  { id: "Disputes.close", run: (tx, { ids }) => acceptDispute(tx, ids.dispute ?? "") },
];
