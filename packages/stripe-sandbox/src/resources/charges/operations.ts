import type { Operation } from "../../api/operation";
import { listOperation, retrieveOperation } from "../read-operations";

export const chargeOperations: readonly Operation[] = [
  retrieveOperation("Charges.retrieve", "charge", "charge"),
  listOperation("Charges.list", "charge", ["customer", "payment_intent", "transfer_group"]),
];
