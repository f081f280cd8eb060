import { buttonLook } from "../ui/button";
import { Notice } from "../ui/notice";
import type { TopUpState } from "./top-up-message";
import { CloseLink, TopUpNotice } from "./top-up-notice";

/** The Checkout the user returned from: what the URL says, and what our records say. */
export interface CheckoutReturn {
  result: "success" | "cancelled";
  mode: "payment" | "setup";
  topUpIntentId: string | null;
  /** Null if the top-up does not exist or belongs to another customer. */
  topUp: TopUpState | null;
  card: string | null;
  /** Whether its card is not listed yet. */
  isAwaitingCard: boolean;
}

interface ReturnNoticeProps {
  customerId: string;
  checkoutReturn: CheckoutReturn;
  closeHref: string;
}

/** Only in these states may the page say that nothing was charged. */
const UNPAID = new Set(["created", "open", "failed", "expired"]);

/** Shows the outcome after the return from Checkout. The `topup` parameter of the URL proves nothing. */
export function ReturnNotice({ customerId, checkoutReturn, closeHref }: ReturnNoticeProps) {
  const { result, mode, topUp, topUpIntentId, card } = checkoutReturn;
  if (result === "cancelled" && (!topUp || UNPAID.has(topUp.status))) {
    return <CanceledNotice mode={mode} closeHref={closeHref} />;
  }
  if (!topUp || !topUpIntentId) {
    return (
      <div role="status">
        <Notice tone="plain" title="We could not find this top-up" action={<CloseLink href={closeHref} />}>
          If you paid, the amount is added to your balance when Stripe confirms the payment, and appears under
          recent activity.
        </Notice>
      </div>
    );
  }
  return (
    <TopUpNotice
      customerId={customerId}
      topUpIntentId={topUpIntentId}
      initial={topUp}
      card={card}
      closeHref={closeHref}
    />
  );
}

function CanceledNotice({ mode, closeHref }: { mode: "payment" | "setup"; closeHref: string }) {
  const isSetup = mode === "setup";
  return (
    <div role="status">
      <Notice
        tone="plain"
        title={isSetup ? "No card was saved" : "Nothing was charged"}
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
        You left the checkout page before completing it.
      </Notice>
    </div>
  );
}
