import type { Tx } from "@/lib/platform/db";
import type { EventHint } from "@/lib/stripe";
import type { SessionReads } from "@/lib/top-ups";

/** `done`: the effects and the event's row are committed. `foreign`: the event is about nothing of ours; nothing was written. */
export type HandlerResult = "done" | "foreign";

/**
 * Handles one type of event. The event is only a hint: the handler reads the current state from Stripe. It calls `claim`
 * first in the transaction that writes the effects, and writes nothing when `claim` returns false, because the event was
 * handled before. A handler may run any number of times, late and out of order.
 *
 * @param reads Checkout Sessions that were read together for many events; a handler may use them instead of reading again
 */
export type EventHandler = (
  event: EventHint,
  claim: (tx: Tx) => Promise<boolean>,
  now: Date,
  reads?: SessionReads,
) => Promise<HandlerResult>;
