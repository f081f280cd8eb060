import type { Operation } from "../../api/operation";
import { listOperation, retrieveOperation } from "../load-object";

const TYPE = "radar.early_fraud_warning";

/** Warnings are raised by test cards and by the control API only. */
export const earlyFraudWarningOperations: readonly Operation[] = [
  retrieveOperation("Radar.EarlyFraudWarnings.retrieve", TYPE, "early_fraud_warning"),
  listOperation("Radar.EarlyFraudWarnings.list", TYPE, ["charge", "payment_intent"]),
];
