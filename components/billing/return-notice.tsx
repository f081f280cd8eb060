import { buttonLook } from "../ui/button";
import { Notice } from "../ui/notice";
import { CloseLink, TopUpNotice } from "./top-up-notice";
import type { TopUpState } from "./top-up-state";

/** Where somebody came back from, as far as the address says, and what we know of it. */
export interface CheckoutReturn {
  result: "success" | "cancelled";
  mode: "payment" | "setup";
  topUpIntentId: string | null;
  /** Null for an attempt that is unknown here, or another customer's. */
  topUp: TopUpState | null;
  card: string | null;
  /** Whether its card is still on the way into the list. */
  awaitsCard: boolean;
}

interface ReturnNoticeProps {
  customerId: string;
  back: CheckoutReturn;
  closeHref: string;
}

/** The states in which an attempt has no money in it: only then may the page say that nothing was charged. */
const UNPAID = new Set(["created", "open", "failed", "expired", "canceled"]);

/** What the page says after the return from Checkout. The address is a message for people and proves nothing. */
export function ReturnNotice({ customerId, back, closeHref }: ReturnNoticeProps) {
  const { topUp, topUpIntentId } = back;
  if (back.result === "cancelled" && (!topUp || UNPAID.has(topUp.status))) {
    return <CancelledNotice mode={back.mode} closeHref={closeHref} />;
  }
  if (!topUp || !topUpIntentId) {
    return (
      <div role="status">
        <Notice tone="plain" title="We know nothing of this top-up" action={<CloseLink href={closeHref} />}>
          If you have paid, the money is added as soon as Stripe confirms it, and stands below.
        </Notice>
      </div>
    );
  }
  return (
    <TopUpNotice
      customerId={customerId}
      topUpIntentId={topUpIntentId}
      initial={topUp}
      card={back.card}
      closeHref={closeHref}
    />
  );
}

function CancelledNotice({ mode, closeHref }: { mode: "payment" | "setup"; closeHref: string }) {
  const isSetup = mode === "setup";
  return (
    <div role="status">
      <Notice
        tone="plain"
        title={isSetup ? "No card was saved." : "Nothing was charged."}
        action={
          <>
            <a href={isSetup ? "#cards" : "#top-up"} className={buttonLook("secondary")}>
              Try again
            </a>
            <a href={closeHref} className={buttonLook("quiet", "-mr-2")}>
              Dismiss
            </a>
          </>
        }
      >
        You left the checkout page before it was finished.
      </Notice>
    </div>
  );
}
