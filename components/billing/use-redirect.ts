"use client";

import { useEffect, useRef, useState } from "react";
import type { CheckoutResult } from "./request-checkout";

export type RedirectError = Extract<CheckoutResult, { ok: false }>;

/** Requests the URL of a Stripe page and redirects to it. Ignores further calls while a request is in flight. */
export function useRedirect() {
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<RedirectError | null>(null);
  const isInFlight = useRef(false); // a ref, because state updates too late for a double click

  useEffect(() => {
    // The browser restored the page from its back/forward cache: allow another attempt.
    const onPageShow = (event: PageTransitionEvent) => {
      if (!event.persisted) return;
      isInFlight.current = false;
      setPending(false);
    };
    window.addEventListener("pageshow", onPageShow);
    return () => window.removeEventListener("pageshow", onPageShow);
  }, []);

  async function redirect(requestUrl: () => Promise<CheckoutResult>): Promise<void> {
    if (isInFlight.current) return;
    isInFlight.current = true;
    setPending(true);
    setError(null);
    const result = await requestUrl();
    if (result.ok) {
      window.location.assign(result.url); // stays pending until the page unloads
      return;
    }
    isInFlight.current = false;
    setPending(false);
    setError(result);
  }

  return { redirect, isPending, error, clearError: () => setError(null) };
}
