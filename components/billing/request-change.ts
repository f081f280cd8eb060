import { Brim, BrimError } from "@/lib/client";
import { describeApiError, networkError, TIMEOUT_MS } from "./request-checkout";
import type { RedirectError } from "./use-redirect";

/** Result of a change that can be repeated without harm. */
export type ChangeResult = { ok: true } | RedirectError;

const NOTHING_CHANGED = "Nothing has changed.";

/** Why the API refuses a change in the current state (409), by `details.reason`. */
const REFUSALS: Record<string, string> = {
  paused_by_operator: "Automatic charges are paused, so auto top-up cannot be turned on. Contact us.",
  auto_topup_disabled: "Auto top-up has been turned off in the meantime. Reload the page.",
};

/** Sends a change through our API. Never throws: failures are returned with a message for the user. */
export async function requestChange(
  customerId: string,
  send: (brim: Brim) => Promise<unknown>,
): Promise<ChangeResult> {
  try {
    await send(new Brim({ customerId, timeoutMs: TIMEOUT_MS, maxRetries: 1 }));
    return { ok: true };
  } catch (error) {
    if (!(error instanceof BrimError) || error.status === null) {
      return networkError("Reload the page to see whether it was saved.");
    }
    if (error.status === 409) return refused(REFUSALS[String(error.details.reason)]);
    if (error.status === 404) return refused("This was removed in the meantime. Reload the page.");
    return describeApiError(error, NOTHING_CHANGED);
  }
}

function refused(message = `This is not possible now. ${NOTHING_CHANGED}`): RedirectError {
  return { ok: false, message, isUnresolved: false };
}
