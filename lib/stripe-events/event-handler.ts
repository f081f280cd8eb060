import type { Tx } from "@/lib/platform/db";
import type { EventHint } from "@/lib/stripe";

/** `done`: the effects and the event's row are committed. `foreign`: the event is about nothing of ours; nothing was written. */
export type HandlerResult = "done" | "foreign";

/**
 * Handles one type of event. The event is only a hint: the handler reads the current state from Stripe. It calls `claim`
 * first in the transaction that writes the effects, and writes nothing when `claim` returns false, because the event was
 * handled before. A handler may run any number of times, late and out of order.
 */
export type EventHandler = (
  event: EventHint,
  claim: (tx: Tx) => Promise<boolean>,
  now: Date,
) => Promise<HandlerResult>;
