/** How far a dispute has come. Says nothing about its money. */
export type DisputeStage = "inquiry" | "open" | "won" | "lost" | "closed";

/**
 * Returns the stage that a status of Stripe's stands for. An inquiry that ends, and a dispute that is prevented, are
 * `closed`: neither was ever an open chargeback. A status that this version does not know is `open`, the careful reading.
 *
 * @see https://docs.stripe.com/api/disputes/object#dispute_object-status
 */
export function stageOf(status: string): DisputeStage {
  switch (status) {
    case "warning_needs_response":
    case "warning_under_review":
      return "inquiry";
    case "warning_closed":
    case "prevented":
      return "closed";
    case "won":
      return "won";
    case "lost":
      return "lost";
    default:
      return "open";
  }
}

/** Whether a dispute is or was a chargeback, and not only an inquiry. */
export function hasOpened(stage: DisputeStage): boolean {
  return stage === "open" || stage === "won" || stage === "lost";
}

/** What a top-up with several disputes is marked with, the weightiest first. The other stages mark nothing. */
const WEIGHTS: readonly DisputeStage[] = ["open", "inquiry", "lost"];

/** Returns the status that matters most; null when every dispute has ended without a loss. */
export function weightiestStatus(statuses: readonly string[]): string | null {
  for (const stage of WEIGHTS) {
    const status = statuses.find((one) => stageOf(one) === stage);
    if (status) return status;
  }
  return null;
}
