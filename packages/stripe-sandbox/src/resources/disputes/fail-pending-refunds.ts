import type { Tx } from "../../runtime";
import { findObjects } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { lockRefund } from "../refunds/lock-refund";
import { failRefund } from "../refunds/settle-refund";

/** The bank that has taken the money back itself does not take it twice: refunds on their way to it fail. */
export async function failPendingRefunds(tx: Tx, chargeId: string): Promise<void> {
  const refunds = await findObjects<Stripe.Refund>(tx, "refund", { charge: chargeId });
  const onTheirWay = refunds.filter(
    ({ data }) => data.status === "pending" || data.status === "requires_action",
  );
  for (const { data } of onTheirWay.reverse()) {
    await failRefund(tx, await lockRefund(tx, data.id), "charge_for_pending_refund_disputed");
  }
}
