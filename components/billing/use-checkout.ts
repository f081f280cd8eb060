"use client";

import { useEffect, useRef, useState } from "react";
import { randomKey } from "@/lib/client";
import { type Attempt, attemptFor } from "./attempt";
import { type CheckoutAnswer, type CheckoutRequest, requestCheckout } from "./request-checkout";

export type CheckoutProblem = Extract<CheckoutAnswer, { ok: false }>;

/** Starts Checkout for a customer and goes there. While one start is under way another does nothing. */
export function useCheckout(customerId: string) {
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<CheckoutProblem | null>(null);
  const isBusy = useRef(false); // state comes too late for a double click
  const unresolved = useRef<Attempt | null>(null);

  useEffect(() => {
    // Somebody came back from Checkout to the page as they left it: ready for a new attempt.
    const onPageShow = (event: PageTransitionEvent) => {
      if (!event.persisted) return;
      isBusy.current = false;
      setPending(false);
    };
    window.addEventListener("pageshow", onPageShow);
    return () => window.removeEventListener("pageshow", onPageShow);
  }, []);

  async function start(request: CheckoutRequest): Promise<void> {
    if (isBusy.current) return;
    isBusy.current = true;
    setPending(true);
    setProblem(null);
    const attempt = attemptFor(unresolved.current, JSON.stringify(request), randomKey);
    const answer = await requestCheckout(customerId, request, attempt.idempotencyKey);
    unresolved.current = !answer.ok && answer.isUnresolved ? attempt : null;
    if (answer.ok) {
      window.location.assign(answer.url); // still pending: the page goes away
      return;
    }
    isBusy.current = false;
    setPending(false);
    setProblem(answer);
  }

  return { start, isPending, problem, forgetProblem: () => setProblem(null) };
}
