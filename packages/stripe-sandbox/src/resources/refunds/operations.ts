import type { ApiRequest, Operation } from "../../api/operation";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { listOperation, retrieveOperation } from "../load-object";
import { mergeMetadata } from "../params";
import { checkNewRefund, createRefund } from "./create-refund";
import { lockRefund } from "./refund";
import { cancelRefund, recordUpdate, settleIfDue } from "./settle-refund";

export const refundOperations: readonly Operation[] = [
  { id: "Refunds.create", check: checkNewRefund, run: createAndSettle },
  retrieveOperation("Refunds.retrieve", "refund", "refund"),
  listOperation("Refunds.list", "refund", ["charge", "payment_intent"]),
  { id: "Refunds.update", run: updateRefund },
  {
    id: "Refunds.cancel",
    run: async (tx, { ids }) => cancelRefund(tx, await lockRefund(tx, ids.refund ?? "")),
  },
];

/** A refund that the balance does not cover fails at once unless it can wait. */
async function createAndSettle(tx: Tx, request: ApiRequest): Promise<Stripe.Refund> {
  const refund = await createRefund(tx, request);
  return settleIfDue(tx, refund);
}

async function updateRefund(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.Refund> {
  const locked = await lockRefund(tx, ids.refund ?? "");
  const metadata = mergeMetadata(locked.refund.metadata, params.metadata);
  if (JSON.stringify(metadata) === JSON.stringify(locked.refund.metadata)) return locked.refund;
  const after: Stripe.Refund = { ...locked.refund, metadata };
  await updateObject(tx, after);
  return recordUpdate(tx, locked, after);
}
