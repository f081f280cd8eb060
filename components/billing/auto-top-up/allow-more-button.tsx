"use client";

import { Button } from "../../ui/button";
import { RedirectErrorMessage } from "../redirect-error-message";
import { useChange } from "../use-change";
import { useIsHydrated } from "../use-is-hydrated";
import { STATE_ID } from "./state-id";

/** Raises the daily limits for 24 hours. Its consent is shown above it. */
export function AllowMoreButton({
  customerId,
  consentId,
  look,
}: {
  customerId: string;
  consentId: string;
  look?: "primary" | "secondary";
}) {
  const isHydrated = useIsHydrated();
  const { change, isPending, error } = useChange(customerId);

  async function allowMore(): Promise<void> {
    const result = await change((brim) => brim.allowMoreAutoTopUps());
    if (result?.ok) document.getElementById(STATE_ID)?.focus(); // this button is about to disappear
  }

  return (
    <>
      <Button
        look={look}
        disabled={!isHydrated}
        aria-disabled={isPending || undefined}
        aria-describedby={consentId}
        onClick={() => void allowMore()}
      >
        {isPending ? "Allowing more…" : "Allow more for today"}
      </Button>
      {error && <RedirectErrorMessage error={error} />}
    </>
  );
}
