"use client";

import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { randomKey } from "@/lib/client";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { type Attempt, attemptFor } from "../attempt";
import { useIsHydrated } from "../use-is-hydrated";
import { requestRefund } from "./request-refund";

interface RefundButtonProps {
  customerId: string;
  topUpIntentId: string;
  /** What goes back to the card, for display. */
  amount: string;
  /** What is taken from the balance, for display. */
  credit: string;
}

/** Asks for confirmation, then refunds the top-up and shows the new state of the page. */
export function RefundButton({ customerId, topUpIntentId, amount, credit }: RefundButtonProps) {
  const router = useRouter();
  const isHydrated = useIsHydrated();
  const dialog = useRef<HTMLDialogElement>(null);
  const unresolved = useRef<Attempt | null>(null);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function refund(): Promise<void> {
    if (isPending) return;
    setPending(true);
    setError(null);
    const attempt = attemptFor(unresolved.current, topUpIntentId, randomKey);
    const result = await requestRefund(customerId, topUpIntentId, attempt.idempotencyKey);
    unresolved.current = !result.ok && result.isUnresolved ? attempt : null;
    setPending(false);
    if (!result.ok) return setError(result.message);
    dialog.current?.close();
    router.refresh();
  }

  return (
    <>
      <Button
        className="mt-4 w-full"
        aria-haspopup="dialog"
        disabled={!isHydrated}
        onClick={() => dialog.current?.showModal()}
      >
        Refund {amount}
      </Button>
      <Dialog
        ref={dialog}
        id="refund-dialog"
        title="Refund this top-up?"
        error={error}
        actions={
          <>
            <Button className="max-sm:w-full" onClick={() => dialog.current?.close()}>
              Keep the balance
            </Button>
            <Button
              look="primary"
              className="max-sm:w-full"
              aria-disabled={isPending}
              onClick={() => void refund()}
            >
              {isPending ? "Refunding…" : `Refund ${amount}`}
            </Button>
          </>
        }
      >
        <p>
          <strong className="font-semibold text-ink">{credit} is taken from your balance</strong>, and{" "}
          {amount} goes back to the card you paid with. It usually arrives within 5 to 10 business days. This
          cannot be undone.
        </p>
      </Dialog>
    </>
  );
}
