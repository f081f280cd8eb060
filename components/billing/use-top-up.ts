"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { type PollResult, pollTopUp, readTopUpState, waitWhileVisible } from "./poll-top-up";
import { describeTopUp, type TopUpState } from "./top-up-message";

/** Polls a top-up until it is final, then refreshes the page. */
export function useTopUp(customerId: string, topUpIntentId: string, initial: TopUpState) {
  const router = useRouter();
  const [latest, setLatest] = useState<PollResult>({ kind: "state", topUp: initial });
  // Keeps the last known state while the server is unreachable.
  const [topUp, setTopUp] = useState(initial);
  const [round, setRound] = useState(1);
  const [hasTimedOut, setTimedOut] = useState(false);
  const wasFinal = describeTopUp(initial, null).isFinal;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` restarts polling; the initial state must not
  useEffect(() => {
    if (wasFinal) return;
    const stop = new AbortController();
    const polling = pollTopUp({
      read: () => readTopUpState(customerId, topUpIntentId),
      wait: waitWhileVisible,
      onResult: (result) => {
        setLatest(result);
        if (result.kind === "state") setTopUp(result.topUp);
      },
      signal: stop.signal,
    });
    void polling.then((outcome) => {
      if (outcome === "final") router.refresh();
      if (outcome === "timed_out") setTimedOut(true);
    });
    return () => stop.abort();
  }, [customerId, topUpIntentId, round]);

  function checkAgain(): void {
    setTimedOut(false);
    setRound((last) => last + 1);
  }

  return { topUp, latest, hasTimedOut, checkAgain };
}
