"use client";

import { Button } from "../ui/button";
import { CheckoutProblemText } from "./checkout-problem-text";
import { useCheckout } from "./use-checkout";
import { useIsReady } from "./use-is-ready";

/** Leads to a Checkout page that saves a card and charges nothing. */
export function SaveCardButton({ customerId }: { customerId: string }) {
  const isReady = useIsReady();
  const { start, isPending, problem } = useCheckout(customerId);
  return (
    <>
      <Button
        aria-describedby="cards-consent"
        disabled={!isReady}
        aria-disabled={isPending || undefined}
        onClick={() => void start({ mode: "setup" })}
      >
        {isPending ? "Opening checkout…" : "Save a card"}
      </Button>
      {problem && <CheckoutProblemText problem={problem} />}
    </>
  );
}
