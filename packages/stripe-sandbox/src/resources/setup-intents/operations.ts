import type { Operation } from "../../api/operation";
import { listOperation, retrieveOperation } from "../read-operations";
import { cancelSetupIntent, updateSetupIntent } from "./change-setup-intent";
import { checkNewSetupIntent, checkSetupIntentConfirm, checkSetupIntentUpdate } from "./check-setup-intent";
import { confirmSetupIntent } from "./confirm-setup-intent";
import { createSetupIntent } from "./create-setup-intent";

export const setupIntentOperations: readonly Operation[] = [
  { id: "SetupIntents.create", check: checkNewSetupIntent, run: createSetupIntent },
  retrieveOperation("SetupIntents.retrieve", "setup_intent", "intent"),
  listOperation("SetupIntents.list", "setup_intent", ["customer", "payment_method"]),
  { id: "SetupIntents.update", check: checkSetupIntentUpdate, run: updateSetupIntent },
  { id: "SetupIntents.confirm", check: checkSetupIntentConfirm, run: confirmSetupIntent },
  { id: "SetupIntents.cancel", run: cancelSetupIntent },
];
