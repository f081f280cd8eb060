/** How an attempt stands; the database says the same. */
export const TOP_UP_STATUSES = [
  "created",
  "open",
  "processing",
  "succeeded",
  "retry_wait",
  "action_required",
  "failed",
  "expired",
  "canceled",
  "needs_review",
] as const;
export type TopUpStatus = (typeof TOP_UP_STATUSES)[number];

/** What an attempt can do: add money, or save a card without a charge. */
export const TOP_UP_MODES = ["payment", "setup"] as const;
export type TopUpMode = (typeof TOP_UP_MODES)[number];

/** Who began an attempt: a person in Checkout, or automatic top-up. */
export const TOP_UP_SOURCES = ["checkout", "auto"] as const;
export type TopUpSource = (typeof TOP_UP_SOURCES)[number];
