import type { ApiRequest, Operation } from "../../api/operation";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { mergeMetadata } from "../merge-metadata";
import { listOperation, retrieveOperation } from "../read-operations";
import { checkNewRefund } from "./check-refund";
import { createRefund } from "./create-refund";
import { lockRefund } from "./lock-refund";
import { cancelRefund, recordUpdate } from "./settle-refund";

export const refundOperations: readonly Operation[] = [
  { id: "Refunds.create", check: checkNewRefund, run: createRefund },
  retrieveOperation("Refunds.retrieve", "refund", "refund"),
  listOperation("Refunds.list", "refund", ["charge", "payment_intent"]),
  { id: "Refunds.update", run: updateRefund },
  {
    id: "Refunds.cancel",
    run: async (tx, { ids }) => cancelRefund(tx, await lockRefund(tx, ids.refund ?? "")),
  },
];

async function updateRefund(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.Refund> {
  const locked = await lockRefund(tx, ids.refund ?? "");
  const metadata = mergeMetadata(locked.refund.metadata, params.metadata);
  if (JSON.stringify(metadata) === JSON.stringify(locked.refund.metadata)) return locked.refund;
  const after: Stripe.Refund = { ...locked.refund, metadata };
  await updateObject(tx, after);
  return recordUpdate(tx, locked, after);
}
