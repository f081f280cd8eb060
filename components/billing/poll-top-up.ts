import { Brim, BrimError } from "@/lib/client";
import { describeTopUp, type TopUpState } from "./top-up-message";

/** Result of one request for a top-up. */
export type PollResult =
  | { kind: "state"; topUp: TopUpState }
  | { kind: "unknown" }
  | { kind: "signed_out" }
  | { kind: "unreachable" };

/** Why polling stopped. */
export type PollOutcome = "final" | "timed_out" | "stopped";

interface PollOptions {
  read: () => Promise<PollResult>;
  /** Resolves after the delay, or later if the page is hidden. */
  wait: (ms: number) => Promise<void>;
  onResult: (result: PollResult) => void;
  signal: AbortSignal;
}

/** Requests 1, 2, 3.5, 5, 7.5 and 10 seconds after the first one. The API asks Stripe on arrival and after 2, 5 and 10. */
const FIRST_DELAYS_MS = [1_000, 1_000, 1_500, 1_500, 2_500, 2_500];
const LATER_DELAY_MS = 5_000;
const POLL_TIMEOUT_MS = 120_000;

/** Returns the delay after request `n`, counted from 1: from one second to five. */
export function delayBefore(n: number): number {
  return FIRST_DELAYS_MS[n - 1] ?? LATER_DELAY_MS;
}

/** Polls a top-up until it is final, for about two minutes of visible time. */
export async function pollTopUp({ read, wait, onResult, signal }: PollOptions): Promise<PollOutcome> {
  let waitedMs = 0;
  for (let n = 1; ; n++) {
    const result = await read();
    if (signal.aborted) return "stopped";
    onResult(result);
    if (isFinal(result)) return "final";
    const delayMs = delayBefore(n);
    waitedMs += delayMs;
    if (waitedMs > POLL_TIMEOUT_MS) return "timed_out";
    await wait(delayMs);
    if (signal.aborted) return "stopped";
  }
}

function isFinal(result: PollResult): boolean {
  if (result.kind === "state") return describeTopUp(result.topUp, null).isFinal;
  return result.kind !== "unreachable";
}

/** Reads a top-up from the API once. Reports temporary failures as "unreachable". */
export async function readTopUpState(customerId: string, topUpIntentId: string): Promise<PollResult> {
  try {
    const topUp = await new Brim({ customerId }).getTopUp(
      { topup_intent_id: topUpIntentId },
      { timeoutMs: 20_000, maxRetries: 0 }, // the next poll is the retry
    );
    return { kind: "state", topUp };
  } catch (error) {
    const status = error instanceof BrimError ? error.status : null;
    if (status === 401) return { kind: "signed_out" };
    return status === 404 || status === 403 ? { kind: "unknown" } : { kind: "unreachable" };
  }
}

/** Waits for the delay, and then until the page is visible. */
export async function waitWhileVisible(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (document.visibilityState === "visible") return;
  await new Promise<void>((resolve) => {
    document.addEventListener("visibilitychange", function onChange() {
      if (document.visibilityState !== "visible") return;
      document.removeEventListener("visibilitychange", onChange);
      resolve();
    });
  });
}
