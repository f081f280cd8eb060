/** The id of the element that says the state of auto top-up. */
export const STATE_ID = "auto-top-up-state";
