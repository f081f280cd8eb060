import type { Nanos } from "@/lib/money";
import { onPool, type Statement } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { InsufficientBalanceError } from "./errors";

const NOTE_REFUSAL: Statement = {
  name: "auto_topup_note_refusal",
  text: "SELECT 1 AS one FROM (SELECT auto_topup_note_refusal($1)) AS noted",
};

/**
 * Refuses a charge or a hold because less is available. If auto top-up is enabled, the refusal starts its evaluation: the
 * balance may have fallen while something prevented a top-up.
 *
 * @throws InsufficientBalanceError always
 */
export async function refuseInsufficient(
  customerId: CustomerId,
  available: Nanos,
  required: Nanos,
): Promise<never> {
  await noteRefusal(customerId);
  throw new InsufficientBalanceError(customerId, available, required);
}

/** Never throws: the refusal stands, and the sweep evaluates the rule as well. */
export async function noteRefusal(customerId: CustomerId): Promise<void> {
  try {
    await onPool().run(NOTE_REFUSAL, [customerId]);
  } catch (error) {
    log().warn({ customerId, err: error }, "could not note a refused charge for auto top-up");
  }
}
