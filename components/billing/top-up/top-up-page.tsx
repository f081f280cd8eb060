import type { Nanos } from "@/lib/money";
import type { TimelineEntry } from "@/lib/top-ups";
import { buttonLook } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { MoneyText } from "../money-text";
import { describeTopUp, type TopUpState } from "../top-up-message";
import { TopUpNotice } from "../top-up-notice";
import { RefundSection, type ShownRefund } from "./refund-section";
import { dateText, Timeline } from "./timeline";

export interface TopUpPageProps {
  customerId: string;
  topUpIntentId: string;
  state: TopUpState;
  source: string;
  createdAt: Date;
  /** What the top-up adds to the balance; null if it only saves a card. */
  amount: Nanos | null;
  tax: Nanos | null;
  /** What was paid; null unless it was credited. */
  total: Nanos | null;
  /** What is left of the credit after refunds and disputes. */
  kept: Nanos;
  timeline: readonly TimelineEntry[];
  invoice: { number: string | null; hostedUrl: string; pdfUrl: string | null } | null;
  refund: ShownRefund;
  mayRefund: boolean;
}

/** Shows where the money of a top-up is, what happened to it, and how to get it back. */
export function TopUpPage(props: TopUpPageProps) {
  const { customerId, topUpIntentId, state, source, createdAt, amount, timeline, invoice } = props;
  const message = describeTopUp(state, null);
  const closeHref = `/billing?${new URLSearchParams({ customer: customerId })}`;
  return (
    <>
      <a
        href={closeHref}
        className="-ml-1 inline-flex min-h-11 items-center gap-2 rounded-lg px-1 text-[15px] text-soft hover:text-ink"
      >
        <span aria-hidden="true">←</span> Billing
      </a>
      <h1 className="mt-2 text-[28px] leading-9 font-semibold tracking-[-0.02em]">
        {amount === null ? (
          "Saved card"
        ) : (
          <>
            Top-up of <MoneyText amount={amount} />
          </>
        )}
      </h1>
      <p className="mt-1 text-[15px] text-soft">
        {dateText(createdAt)}
        {source === "auto" && " · Auto top-up"}
      </p>
      <div className="mt-6">
        {message.isFinal ? (
          <Notice tone={message.tone} title={message.title}>
            {message.text}
          </Notice>
        ) : (
          <TopUpNotice
            customerId={customerId}
            topUpIntentId={topUpIntentId}
            initial={state}
            card={null}
            closeHref={closeHref}
          />
        )}
      </div>
      <div className="mt-12 grid grid-cols-[minmax(0,1fr)] gap-x-20 gap-y-12 lg:grid-cols-[minmax(0,1fr)_416px]">
        <section aria-labelledby="timeline-heading">
          <h2 id="timeline-heading" className="text-lg font-semibold tracking-[-0.01em]">
            Timeline
          </h2>
          <Timeline entries={timeline} />
          <p className="mt-6 text-sm text-faint">
            Questions about this top-up? Include its ID when you contact us:{" "}
            <span className="font-mono text-[13px] break-all">{topUpIntentId}</span>
          </p>
        </section>
        {amount !== null && (
          <div className="rounded-[20px] border border-line bg-panel p-6 shadow-panel sm:p-8 lg:self-start">
            <Amounts {...props} amount={amount} />
            {invoice && (
              <div className="mt-6 flex flex-wrap gap-2">
                <a href={invoice.hostedUrl} className={buttonLook("secondary")}>
                  Invoice {invoice.number}
                </a>
                {invoice.pdfUrl && (
                  <a href={invoice.pdfUrl} className={buttonLook("secondary")}>
                    PDF
                  </a>
                )}
              </div>
            )}
            <RefundSection {...props} />
          </div>
        )}
      </div>
    </>
  );
}

function Amounts({ amount, tax, total, kept, timeline }: TopUpPageProps & { amount: Nanos }) {
  const changes = timeline.filter(({ change }) => change !== null);
  return (
    <>
      <h2 className="text-lg font-semibold tracking-[-0.01em]">Where the money is</h2>
      <dl className="mt-4 text-[15px]">
        <Line name="Top-up" amount={amount} />
        {tax !== null && <Line name="Tax" amount={tax} />}
        {total !== null && <Line name="Paid" amount={total} isSum />}
      </dl>
      <h3 className="mt-6 text-[15px] font-semibold">Your balance</h3>
      {total === null ? (
        <p className="mt-2 text-[15px] text-soft">Nothing has been added to your balance.</p>
      ) : (
        <dl className="mt-2 text-[15px]">
          {changes.map(({ what, at, change, reference, balanceAfter }) => (
            <Line
              key={`${what} ${at.toISOString()} ${reference} ${balanceAfter}`}
              name={lineName(what)}
              amount={change ?? 0n}
              isSigned
            />
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
      <dd>
        {isSigned && amount > 0n && "+"}
        <MoneyText amount={amount} />
      </dd>
    </div>
  );
}
