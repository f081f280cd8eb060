"use client";

import { Button } from "../ui/button";
import { CheckoutProblemText } from "./checkout-problem-text";
import { requestPortal } from "./request-portal";
import { useDeparture } from "./use-departure";
import { useIsReady } from "./use-is-ready";

/** Leads to Stripe's portal, where cards can be removed, invoices are kept and billing details changed. */
export function PortalButton({ customerId }: { customerId: string }) {
  const isReady = useIsReady();
  const { depart, isPending, problem } = useDeparture();
  return (
    <>
      <Button
        disabled={!isReady}
        aria-disabled={isPending || undefined}
        onClick={() => void depart(() => requestPortal(customerId))}
      >
        {isPending ? "Opening…" : "Manage cards and invoices"}
      </Button>
      {problem && <CheckoutProblemText problem={problem} />}
    </>
  );
}
