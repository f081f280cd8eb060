"use client";

import { useRef, useState } from "react";
import { Brim, BrimError } from "@/lib/client";
import { Button } from "../ui/button";
import { RedirectErrorMessage } from "./redirect-error-message";
import { describeApiError, networkError, TIMEOUT_MS } from "./request-checkout";
import { useIsHydrated } from "./use-is-hydrated";
import type { RedirectError } from "./use-redirect";

const NOTHING_CHANGED = "Your limit has not changed.";

/** Raises the daily limit of auto top-up for 24 hours, then shows the page again. */
export function AllowMoreButton({ customerId }: { customerId: string }) {
  const isHydrated = useIsHydrated();
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<RedirectError | null>(null);
  const isInFlight = useRef(false); // a ref, because state updates too late for a double click

  async function allowMore(): Promise<void> {
    if (isInFlight.current) return;
    isInFlight.current = true;
    setPending(true);
    setError(null);
    try {
      await new Brim({ customerId, timeoutMs: TIMEOUT_MS }).allowMoreAutoTopUps();
      window.location.reload(); // stays pending until the page unloads
    } catch (failure) {
      isInFlight.current = false;
      setPending(false);
      setError(describe(failure));
    }
  }

  return (
    <>
      <Button
        look="primary"
        disabled={!isHydrated}
        aria-disabled={isPending || undefined}
        onClick={() => void allowMore()}
      >
        {isPending ? "Allowing…" : "Allow more"}
      </Button>
      {error && <RedirectErrorMessage error={error} />}
    </>
  );
}

function describe(failure: unknown): RedirectError {
  if (!(failure instanceof BrimError) || failure.status === null) return networkError(NOTHING_CHANGED);
  if (failure.status === 409) {
    const message = "Auto top-up was turned off, so there is no limit to raise. Reload the page.";
    return { ok: false, message, isUnresolved: false };
  }
  return describeApiError(failure, NOTHING_CHANGED);
}
