import { type Nanos, nanos } from "@/lib/money";
import { MoneyText } from "../money-text";
import type { ShownEntry } from "./timeline";

export interface AmountsProps {
  /** What the top-up adds to the balance. */
  amount: Nanos;
  tax: Nanos | null;
  /** What was paid; null unless it was credited. */
  total: Nanos | null;
  /** What is left of the credit after refunds and disputes. */
  kept: Nanos;
  timeline: readonly ShownEntry[];
  /** What refunds have sent back to the card, tax included, and the part of it that was taken from the balance. */
  refunded: { total: Nanos; credit: Nanos };
}

/** Where the money of a top-up is: what the card paid and got back, and what the balance got and gave back. */
export function Amounts({ amount, tax, total, kept, timeline, refunded }: AmountsProps) {
  const changes = timeline.filter(({ change }) => change !== null);
  const refundedTax = nanos(refunded.total - refunded.credit);
  return (
    <>
      <h2 className="text-lg font-semibold tracking-[-0.01em]">Where the money is</h2>
      <dl className="mt-4 text-[15px]">
        <Line name="Top-up" amount={amount} />
        {tax !== null && <Line name="Tax" amount={tax} />}
        {total !== null && <Line name="Paid" amount={total} isSum />}
        {total !== null && refunded.total > 0n && (
          <>
            <Line
              name={refundedTax > 0n ? "Refunded top-up" : "Refunded to your card"}
              amount={nanos(-refunded.credit)}
            />
            {refundedTax > 0n && <Line name="Refunded tax" amount={nanos(-refundedTax)} />}
            <Line name="Paid after refunds" amount={nanos(total - refunded.total)} isSum />
          </>
        )}
      </dl>
      <h3 className="mt-6 text-[15px] font-semibold">Your balance</h3>
      {total === null ? (
        <p className="mt-2 text-[15px] text-soft">Nothing has been added to your balance.</p>
      ) : (
        <dl className="mt-2 text-[15px]">
          {changes.map(({ position, what, change }) => (
            <Line key={position} name={lineName(what)} amount={change ?? 0n} isSigned />
          ))}
          <Line name="Remaining from this top-up" amount={kept} isSum />
        </dl>
      )}
    </>
  );
}

function lineName(what: string): string {
  switch (what) {
    case "credited":
      return "Added";
    case "refunded":
    case "refund_changed":
      return "Refunded";
    case "refund_failed":
      return "Refund returned";
    case "dispute_won":
    case "dispute_closed":
    case "dispute_returned":
      return "Returned by your bank";
    default:
      return "Taken back by your bank";
  }
}

function Line({
  name,
  amount,
  isSum,
  isSigned,
}: {
  name: string;
  amount: bigint;
  isSum?: boolean;
  isSigned?: boolean;
}) {
  const look = isSum ? "mt-2 border-t border-line pt-3 font-semibold" : "pt-2";
  return (
    <div className={`flex items-baseline justify-between gap-4 ${look}`}>
      <dt className={isSum ? "" : "text-soft"}>{name}</dt>
      <dd className="flex-none">
        {isSigned && amount > 0n && "+"}
        <MoneyText amount={amount} />
      </dd>
    </div>
  );
}
