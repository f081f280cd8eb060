"use client";

import { Button } from "../ui/button";
import { RedirectErrorMessage } from "./redirect-error-message";
import { requestPortal } from "./request-portal";
import { useIsHydrated } from "./use-is-hydrated";
import { useRedirect } from "./use-redirect";

/** Opens Stripe's customer portal to manage cards, invoices and billing details. */
export function PortalButton({
  customerId,
  label = "Manage cards and invoices",
}: {
  customerId: string;
  label?: string;
}) {
  const isHydrated = useIsHydrated();
  const { redirect, isPending, error } = useRedirect();
  return (
    <>
      <Button
        disabled={!isHydrated}
        aria-disabled={isPending || undefined}
        onClick={() => void redirect(() => requestPortal(customerId))}
      >
        {isPending ? "Opening…" : label}
      </Button>
      {error && <RedirectErrorMessage error={error} />}
    </>
  );
}
