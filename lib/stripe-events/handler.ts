import type { Tx } from "@/lib/platform/db";
import type { EventHint } from "@/lib/stripe";

/** `done`: the effects are committed together with the event's row. `foreign`: about nothing of ours, nothing was written. */
export type HandlerResult = "done" | "foreign";

/**
 * Handles one type of event. It treats the event as a hint, reads Stripe again, and calls `claim` first in the
 * transaction of its effects; when `claim` says false, the event was handled before and nothing may be written.
 * It may run any number of times, late and out of order.
 */
export type EventHandler = (
  event: EventHint,
  claim: (tx: Tx) => Promise<boolean>,
  now: Date,
) => Promise<HandlerResult>;
