"use client";

import { Button } from "../ui/button";
import { RedirectErrorMessage } from "./redirect-error-message";
import { useCheckout } from "./use-checkout";
import { useIsHydrated } from "./use-is-hydrated";

/** Opens a Checkout page that saves a card without charging it. */
export function SaveCardButton({ customerId }: { customerId: string }) {
  const isHydrated = useIsHydrated();
  const { start, isPending, error } = useCheckout(customerId);
  return (
    <>
      <Button
        aria-describedby="cards-consent"
        disabled={!isHydrated}
        aria-disabled={isPending || undefined}
        onClick={() => void start({ mode: "setup" })}
      >
        {isPending ? "Opening checkout…" : "Save a card"}
      </Button>
      {error && <RedirectErrorMessage error={error} />}
    </>
  );
}
