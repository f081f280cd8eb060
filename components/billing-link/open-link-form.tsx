"use client";

import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";

interface EnterFormProps {
  customerId: string;
  token: string;
  /** Whether to submit without a click. False if a user is signed in, so that the user does not change unnoticed. */
  isAutomatic: boolean;
}

/** Uses the link. A plain form, so that it works without JavaScript. */
export function OpenLinkForm({ customerId, token, isAutomatic }: EnterFormProps) {
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (isAutomatic) form.current?.requestSubmit();
  }, [isAutomatic]);

  return (
    <form ref={form} method="post" action="/billing-link/open" className="mt-8 flex flex-col">
      <input type="hidden" name="customer" value={customerId} />
      <input type="hidden" name="token" value={token} />
      <Button type="submit" look="primary" className="self-start">
        Continue to billing
      </Button>
    </form>
  );
}
