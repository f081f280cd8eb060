"use client";

import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";

interface EnterFormProps {
  customerId: string;
  token: string;
  /** Whether to go on without a click. Not where somebody is signed in: who that is would change unseen. */
  isAutomatic: boolean;
}

/** Uses the link up. A plain form, so that it works before and without JavaScript. */
export function EnterForm({ customerId, token, isAutomatic }: EnterFormProps) {
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
