import type Stripe from "stripe";

/** The SDK's types of Stripe's objects, so that the compiler catches a missing or misspelled field. */
export type { Stripe };
