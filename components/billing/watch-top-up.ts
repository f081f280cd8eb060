import { Brim, BrimError } from "@/lib/client";
import { describeTopUp, type TopUpState } from "./top-up-state";

/** One look at a top-up. */
export type Reading =
  | { kind: "state"; topUp: TopUpState }
  | { kind: "unknown" }
  | { kind: "signed_out" }
  | { kind: "unreachable" };

/** How watching ended: something final was told, or it took too long. */
export type WatchEnd = "final" | "gave_up" | "stopped";

interface Watch {
  read: () => Promise<Reading>;
  /** Resolves after so long, and not while nobody looks at the page. */
  wait: (ms: number) => Promise<void>;
  onReading: (reading: Reading) => void;
  signal: AbortSignal;
}

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 5_000;
const PATIENCE_MS = 120_000;

/** How long to wait before look `n`, counted from 1: one second, then longer, five at most. */
export function delayBefore(n: number): number {
  return Math.min(MAX_DELAY_MS, Math.round(FIRST_DELAY_MS * 1.5 ** (n - 1)));
}

/** Looks at a top-up again and again until it is decided, for about two minutes of somebody looking at the page. */
export async function watchTopUp({ read, wait, onReading, signal }: Watch): Promise<WatchEnd> {
  let waitedMs = 0;
  for (let n = 1; ; n++) {
    const reading = await read();
    if (signal.aborted) return "stopped";
    onReading(reading);
    if (isFinal(reading)) return "final";
    const delayMs = delayBefore(n);
    waitedMs += delayMs;
    if (waitedMs > PATIENCE_MS) return "gave_up";
    await wait(delayMs);
    if (signal.aborted) return "stopped";
  }
}

function isFinal(reading: Reading): boolean {
  if (reading.kind === "state") return describeTopUp(reading.topUp, null).isFinal;
  return reading.kind !== "unreachable";
}

/** Asks the API once. A failure that may pass is "unreachable". */
export async function readTopUpState(customerId: string, topUpIntentId: string): Promise<Reading> {
  try {
    const topUp = await new Brim({ customerId }).getTopUp(
      { topup_intent_id: topUpIntentId },
      { timeoutMs: 20_000, maxRetries: 0 }, // the next look comes anyway
    );
    return { kind: "state", topUp };
  } catch (error) {
    const status = error instanceof BrimError ? error.status : null;
    if (status === 401) return { kind: "signed_out" };
    return status === 404 || status === 403 ? { kind: "unknown" } : { kind: "unreachable" };
  }
}

/** Waits, and goes on waiting while the page is hidden: nobody would see the answer. */
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
