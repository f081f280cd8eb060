"use client";

import { useRef } from "react";
import { randomKey } from "@/lib/client";
import { type Attempt, attemptFor } from "./attempt";
import { type CheckoutRequest, requestCheckout } from "./request-checkout";
import { useDeparture } from "./use-departure";

/** Starts Checkout for a customer and goes there. */
export function useCheckout(customerId: string) {
  const { depart, ...state } = useDeparture();
  const unresolved = useRef<Attempt | null>(null);

  const start = (request: CheckoutRequest) =>
    depart(async () => {
      const attempt = attemptFor(unresolved.current, JSON.stringify(request), randomKey);
      const answer = await requestCheckout(customerId, request, attempt.idempotencyKey);
      unresolved.current = !answer.ok && answer.isUnresolved ? attempt : null;
      return answer;
    });

  return { start, ...state };
}
