import { displayUsd, type Nanos } from "@/lib/money";
import { dateText } from "../time-text";
import { RefundButton } from "./refund-button";

/** Whether the customer can refund the top-up. */
export type ShownRefund =
  | { state: "possible"; amount: Nanos; credit: Nanos; until: Date }
  | { state: "pending"; amount: Nanos }
  | { state: "not_possible"; reason: string };

/** Why a refund that the operator allows in general is not possible. Other reasons need no words on the page. */
const REASONS: Record<string, string> = {
  already_spent:
    "Part of this money has been spent or is on hold, so it cannot be refunded here. Contact us.",
  window_closed: "The time to refund this top-up yourself has passed. Contact us.",
};

interface RefundSectionProps {
  customerId: string;
  topUpIntentId: string;
  refund: ShownRefund;
  mayRefund: boolean;
}

/** Offers a refund where it is possible, and otherwise says why it is not. */
export function RefundSection({ customerId, topUpIntentId, refund, mayRefund }: RefundSectionProps) {
  const text = textOf(refund);
  if (!text || (refund.state === "possible" && !mayRefund)) return null;
  return (
    <section aria-labelledby="refund-heading" className="mt-8 border-t border-line pt-6">
      <h2 id="refund-heading" className="text-lg font-semibold tracking-[-0.01em]">
        Refund
      </h2>
      <p className="mt-2 text-[15px] text-soft">{text}</p>
      {refund.state === "possible" && (
        <RefundButton
          customerId={customerId}
          topUpIntentId={topUpIntentId}
          amount={displayUsd(refund.amount)}
          credit={displayUsd(refund.credit)}
        />
      )}
    </section>
  );
}

function textOf(refund: ShownRefund): string | null {
  switch (refund.state) {
    case "possible":
      return `You have not spent this money. You can get ${displayUsd(refund.amount)} back until ${dateText(refund.until)}.`;
    case "pending":
      return `Your refund of ${displayUsd(refund.amount)} is being processed. The money is on hold until then.`;
    default:
      return REASONS[refund.reason] ?? null;
  }
}
