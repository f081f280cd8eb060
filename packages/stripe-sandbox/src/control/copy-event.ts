import { noSuchObject } from "../api/stripe-error";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { newStripeId } from "../store/ids";
import { queueAgain } from "../webhooks/delivery-queue";
import { copyEvent } from "../webhooks/divert-deliveries";

/**
 * Tells a change a second time by an event with a new id, as Stripe sometimes does, to every enabled endpoint.
 *
 * @throws StripeError 404 for an unknown event
 */
export async function copyEventNow(runtime: Runtime, eventId: string): Promise<{ id: string }> {
  return inTransaction(runtime, NO_REQUEST, async (tx) => {
    const [event] = await tx.query("SELECT 1 FROM event WHERE id = $1", [eventId]);
    if (!event) throw noSuchObject("event", eventId, "id");
    const id = newStripeId("evt");
    await copyEvent(tx, eventId, id, 0);
    const queued = await queueAgain(tx, { eventId: id, kind: "resend", times: 1, nowMs: tx.now * 1000 });
    await tx.query("UPDATE event SET endpoint_count = $2 WHERE id = $1", [id, queued.length]);
    return { id };
  });
}
