import { displayUsd, type Nanos } from "@/lib/money";
import { buttonLook } from "../ui/button";
import { AllowMoreButton } from "./auto-top-up/allow-more-button";
import { chargesText, consentToMore } from "./auto-top-up/consent";
import { STATE_ID } from "./auto-top-up/state-id";

/** What automatic top-ups may charge within 24 hours. */
interface DailyLimit {
  amount: Nanos;
  count: number;
}

export interface AllowMoreProps {
  customerId: string;
  /** Whether the viewer may change auto top-up. */
  mayChange: boolean;
  /** Null while auto top-up is off. */
  limits: Limits | null;
  /** The text of consent, with names in braces for the terms. */
  consentText: string;
}

interface Limits {
  usual: DailyLimit;
  raised: DailyLimit;
  monthly: Nanos;
  isRaised: boolean;
}

const CONSENT_ID = "allow-more-consent";

/** Asks to raise the daily limit of auto top-up for 24 hours, or says that it is raised. */
export function AllowMore({ customerId, mayChange, limits, consentText }: AllowMoreProps) {
  const canRaise = limits !== null && !limits.isRaised && mayChange;
  const title = limits?.isRaised ? "Your daily limit is raised" : "Allow more for 24 hours";
  return (
    <section
      id={STATE_ID}
      tabIndex={-1}
      aria-live="polite"
      aria-labelledby="allow-more"
      className="max-w-[60ch] rounded-2xl"
    >
      <h1 id="allow-more" className="text-[26px] leading-8 font-semibold tracking-[-0.02em]">
        {title}
      </h1>
      <p className="mt-4 text-soft">{explain(limits)}</p>
      {limits && !limits.isRaised && !mayChange && (
        <p className="mt-4 text-soft">
          Your role cannot change this. Ask an owner or a billing member to do it.
        </p>
      )}
      {canRaise && (
        <p id={CONSENT_ID} className="mt-4 text-sm text-soft">
          By choosing “Allow more for today”: {consentOf(limits, consentText)}
        </p>
      )}
      <div className="mt-8 flex flex-wrap gap-3">
        {canRaise && <AllowMoreButton customerId={customerId} consentId={CONSENT_ID} look="primary" />}
        <a
          href={`/billing?${new URLSearchParams({ customer: customerId })}`}
          className={buttonLook("secondary")}
        >
          Go to billing
        </a>
      </div>
    </section>
  );
}

function consentOf({ usual, monthly }: Limits, text: string): string {
  const { amount, count } = usual;
  return consentToMore(text, { amount, dailyCap: amount, dailyCount: count, monthlyCap: monthly });
}

function explain(limits: Limits | null): string {
  if (!limits) return "Auto top-up is off, so your card isn’t charged and there is no limit to raise.";
  const { usual, raised, monthly, isRaised } = limits;
  const rest = `Your monthly limit of ${displayUsd(monthly)} stays the same. All limits include tax.`;
  return isRaised
    ? `Auto top-up may charge up to ${limitText(raised)} within 24 hours, instead of ${limitText(usual)}. ${rest}`
    : `For the next 24 hours, auto top-up may charge your card up to ${limitText(raised)} instead of ${limitText(usual)}. ${rest}`;
}

function limitText({ amount, count }: DailyLimit): string {
  return `${displayUsd(amount)} in ${chargesText(count)}`;
}
