import type Stripe from "stripe";

/** The SDK's descriptions of Stripe's objects, so that the compiler sees a field that is missing or misspelt. */
export type { Stripe };
