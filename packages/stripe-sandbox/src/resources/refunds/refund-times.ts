/** A refund whose card or bank takes its time is settled after this many seconds on the sandbox's clock. */
export const SETTLE_SECONDS = 60;

/** When the card network has given its reference number. */
export const REFERENCE_SECONDS = 86_400;
