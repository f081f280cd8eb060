"use client";

import { useEffect, useRef, useState } from "react";
import type { CheckoutAnswer } from "./request-checkout";

export type DepartureProblem = Extract<CheckoutAnswer, { ok: false }>;

/** Asks for the address of a page of Stripe's and goes there. While one question is under way another does nothing. */
export function useDeparture() {
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<DepartureProblem | null>(null);
  const isBusy = useRef(false); // state comes too late for a double click

  useEffect(() => {
    // Somebody came back to the page as they left it: ready for a new try.
    const onPageShow = (event: PageTransitionEvent) => {
      if (!event.persisted) return;
      isBusy.current = false;
      setPending(false);
    };
    window.addEventListener("pageshow", onPageShow);
    return () => window.removeEventListener("pageshow", onPageShow);
  }, []);

  async function depart(ask: () => Promise<CheckoutAnswer>): Promise<void> {
    if (isBusy.current) return;
    isBusy.current = true;
    setPending(true);
    setProblem(null);
    const answer = await ask();
    if (answer.ok) {
      window.location.assign(answer.url); // still pending: the page goes away
      return;
    }
    isBusy.current = false;
    setPending(false);
    setProblem(answer);
  }

  return { depart, isPending, problem, forgetProblem: () => setProblem(null) };
}
