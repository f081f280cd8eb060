"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { describeTopUp, type TopUpState } from "./top-up-state";
import { type Reading, readTopUpState, waitWhileVisible, watchTopUp } from "./watch-top-up";

/** Follows a top-up until it is decided, then has the page around it drawn anew. */
export function useTopUp(customerId: string, topUpIntentId: string, initial: TopUpState) {
  const router = useRouter();
  const [reading, setReading] = useState<Reading>({ kind: "state", topUp: initial });
  // The last that was known stays on the page while the server cannot be reached.
  const [topUp, setTopUp] = useState(initial);
  const [round, setRound] = useState(1);
  const [hasGivenUp, setGivenUp] = useState(false);
  const wasFinal = describeTopUp(initial, null).isFinal;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` starts another watch; what is known at first does not
  useEffect(() => {
    if (wasFinal) return;
    const stop = new AbortController();
    const watching = watchTopUp({
      read: () => readTopUpState(customerId, topUpIntentId),
      wait: waitWhileVisible,
      onReading: (latest) => {
        setReading(latest);
        if (latest.kind === "state") setTopUp(latest.topUp);
      },
      signal: stop.signal,
    });
    void watching.then((end) => {
      if (end === "final") router.refresh();
      if (end === "gave_up") setGivenUp(true);
    });
    return () => stop.abort();
  }, [customerId, topUpIntentId, round]);

  function checkAgain(): void {
    setGivenUp(false);
    setRound((last) => last + 1);
  }

  return { topUp, reading, hasGivenUp, checkAgain };
}
