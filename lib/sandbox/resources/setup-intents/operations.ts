import type { Operation } from "../../api/operation";
import { listOperation, retrieveOperation } from "../read-operations";

export const setupIntentOperations: readonly Operation[] = [
  retrieveOperation("SetupIntents.retrieve", "setup_intent", "intent"),
  listOperation("SetupIntents.list", "setup_intent", ["customer", "payment_method"]),
];
