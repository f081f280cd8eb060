import { displayUsd, type Nanos } from "@/lib/money";
import { classNames } from "../../ui/class-names";
import type { TopUpLimits } from "../amount-input";
import { timeText } from "../time-text";
import { AutoTopUpForm } from "./auto-top-up-form";
import { chargesText } from "./consent";
import { DecisionList } from "./decision-list";
import { dailyCapOf } from "./rule-fields";
import { describeAutoTopUp, type StateMessage } from "./state-message";
import { StateNotice } from "./state-notice";
import type { AutoTopUpView, RuleDecision } from "./view";

export interface AutoTopUpSectionProps {
  customerId: string;
  view: AutoTopUpView;
  decisions: readonly RuleDecision[];
  limits: TopUpLimits;
  consentTexts: { terms: string; allowMore: string };
  supportUrl: string | null;
  mayPay: boolean;
  /** Why the viewer cannot change it; null when they can. */
  whyReadOnly: string | null;
}

/** Auto top-up: its state, the rule, what its limits have left, and why it did what it did. */
export function AutoTopUpSection(props: AutoTopUpSectionProps) {
  const { customerId, view, decisions, limits, consentTexts, supportUrl, whyReadOnly, mayPay } = props;
  const message = describeAutoTopUp(view);
  // While it is paused it can be turned off, but not on.
  const isPossible =
    view.isEnabled || (!view.isPaused && view.cards.some(({ isChargeable }) => isChargeable));
  return (
    <section id="auto-top-up" aria-labelledby="auto-top-up-heading" className="scroll-mt-8">
      <div className="flex min-h-11 items-center justify-between gap-4">
        <h2 id="auto-top-up-heading" className="text-lg font-semibold tracking-[-0.01em]">
          Auto top-up
        </h2>
        <StateTag label={message.label} />
      </div>
      <StateNotice
        customerId={customerId}
        message={message}
        view={view}
        mayPay={mayPay}
        allowMoreText={consentTexts.allowMore}
        supportUrl={supportUrl}
      />
      {whyReadOnly === null && isPossible ? (
        <AutoTopUpForm customerId={customerId} view={view} limits={limits} consentText={consentTexts.terms} />
      ) : (
        <RuleText view={view} />
      )}
      {whyReadOnly !== null && <p className="mt-3 text-sm text-faint">{whyReadOnly}</p>}
      <Usage view={view} />
      <DecisionList decisions={decisions} />
    </section>
  );
}

const TAG_LOOKS: Record<StateMessage["label"], string> = {
  On: "bg-accent-wash text-accent-strong",
  Off: "bg-well text-soft",
  Paused: "bg-warn-wash text-warn",
};

function StateTag({ label }: { label: StateMessage["label"] }) {
  return (
    <span className={classNames("rounded-full px-2.5 py-0.5 text-[13px] font-medium", TAG_LOOKS[label])}>
      {label}
    </span>
  );
}

/** The rule for somebody who cannot change it. */
function RuleText({ view }: { view: AutoTopUpView }) {
  const { threshold, amount, monthlyCap, dailyCap, dailyCount } = view.terms;
  if (threshold === null || amount === null || monthlyCap === null) return null;
  return (
    <p className="mt-3 max-w-[60ch] text-[15px] text-soft">
      When the balance falls below <Term amount={threshold} />, add <Term amount={amount} /> with{" "}
      <strong className="font-medium text-ink">{view.cardName ?? "a saved card"}</strong>, but not more than{" "}
      <Term amount={monthlyCap} /> a month, and <Term amount={dailyCapOf({ amount, dailyCap })} /> or{" "}
      {chargesText(dailyCount)} in 24 hours. The limits include tax.
    </p>
  );
}

function Term({ amount }: { amount: Nanos }) {
  return <strong className="font-medium text-ink tabular-nums">{displayUsd(amount)}</strong>;
}

/** What counts against the limits. */
function Usage({ view }: { view: AutoTopUpView }) {
  const { terms, used, raised, isEnabled } = view;
  const { amount, monthlyCap, dailyCap } = terms;
  if (amount === null || monthlyCap === null || (!isEnabled && used.month === 0n)) return null;
  const day = raised ?? { dailyCap: dailyCapOf({ amount, dailyCap }), dailyCount: terms.dailyCount };
  return (
    <div className="mt-4 space-y-1 text-sm text-faint tabular-nums">
      <p>
        {displayUsd(used.month)} of {displayUsd(monthlyCap)} charged this month, {displayUsd(used.day)} of{" "}
        {displayUsd(day.dailyCap)} and {used.dayCount} of {chargesText(day.dailyCount)} in the past 24 hours.
      </p>
      {raised?.until && <p>You have allowed these daily limits until {timeText(raised.until)}.</p>}
    </div>
  );
}
