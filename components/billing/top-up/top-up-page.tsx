import type { Nanos } from "@/lib/money";
import { buttonLook } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { MoneyText } from "../money-text";
import { dateText } from "../time-text";
import { describeTopUp, type TopUpState } from "../top-up-message";
import { TopUpNotice } from "../top-up-notice";
import { Amounts, type AmountsProps } from "./amounts";
import { RefundSection, type ShownRefund } from "./refund-section";
import { Timeline } from "./timeline";

export interface TopUpPageProps extends Omit<AmountsProps, "amount"> {
  customerId: string;
  topUpIntentId: string;
  state: TopUpState;
  source: string;
  /** The card of an automatic top-up; null if it is not known. */
  card: string | null;
  createdAt: Date;
  /** What the top-up adds to the balance; null if it only saves a card. */
  amount: Nanos | null;
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
        {props.card && ` · ${props.card}`}
      </p>
      <div className="mt-6">
        {message.isFinal ? (
          <Notice
            tone={message.tone}
            title={message.title}
            action={
              state.status === "action_required" &&
              invoice && (
                <a href={invoice.hostedUrl} className={buttonLook("secondary")}>
                  Confirm payment
                </a>
              )
            }
          >
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
