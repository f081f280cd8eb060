import type { Operation } from "../../api/operation";
import { listOperation, retrieveOperation } from "../read-operations";
import { cancelPaymentIntent } from "./cancel-payment-intent";
import { capturePaymentIntent, checkCapture } from "./capture-payment-intent";
import {
  checkNewPaymentIntent,
  checkPaymentIntentConfirm,
  checkPaymentIntentUpdate,
} from "./check-payment-intent";
import { confirmPaymentIntent } from "./confirm-payment-intent";
import { createPaymentIntent } from "./create-payment-intent";
import { updatePaymentIntent } from "./update-payment-intent";

export const paymentIntentOperations: readonly Operation[] = [
  { id: "PaymentIntents.create", check: checkNewPaymentIntent, run: createPaymentIntent },
  retrieveOperation("PaymentIntents.retrieve", "payment_intent", "intent"),
  listOperation("PaymentIntents.list", "payment_intent", ["customer"]),
  {
    id: "PaymentIntents.update",
    canUnset: ["description", "statement_descriptor_suffix"],
    check: checkPaymentIntentUpdate,
    run: updatePaymentIntent,
  },
  { id: "PaymentIntents.confirm", check: checkPaymentIntentConfirm, run: confirmPaymentIntent },
  { id: "PaymentIntents.capture", check: checkCapture, run: capturePaymentIntent },
  { id: "PaymentIntents.cancel", run: cancelPaymentIntent },
];
