"use client";

import { useRef } from "react";
import { randomKey } from "@/lib/client";
import { type Attempt, attemptFor } from "./attempt";
import { type CheckoutRequest, requestCheckout } from "./request-checkout";
import { useRedirect } from "./use-redirect";

/** Starts Checkout for a customer and redirects to it. */
export function useCheckout(customerId: string) {
  const { redirect, ...state } = useRedirect();
  const unresolved = useRef<Attempt | null>(null);

  const start = (request: CheckoutRequest) =>
    redirect(async () => {
      const attempt = attemptFor(unresolved.current, JSON.stringify(request), randomKey);
      const result = await requestCheckout(customerId, request, attempt.idempotencyKey);
      unresolved.current = !result.ok && result.isUnresolved ? attempt : null;
      return result;
    });

  return { start, ...state };
}
