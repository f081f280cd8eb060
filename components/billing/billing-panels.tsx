import type { Balance, TransferRecord } from "@/lib/ledger";
import type { Nanos } from "@/lib/money";
import type { SavedCard } from "@/lib/payment-methods";
import type { InvoiceLink } from "@/lib/top-ups";
import type { TopUpLimits } from "./amount-input";
import { AutoTopUpSection } from "./auto-top-up/auto-top-up-section";
import type { AutoTopUpView, RuleDecision } from "./auto-top-up/view";
import { BalanceCard } from "./balance-card";
import { LowBalanceSection } from "./low-balance/low-balance-section";
import { RecentRecords } from "./recent-records";
import { SavedCards } from "./saved-cards";
import { TopUpForm } from "./top-up-form";

interface BillingPanelsProps {
  customer: { customerId: string; role: string };
  mayPay: boolean;
  balance: Balance;
  cards: readonly SavedCard[];
  autoTopUp: { view: AutoTopUpView; decisions: readonly RuleDecision[] };
  /** What the customer agrees to, with names in braces for the terms. */
  consentTexts: { terms: string; allowMore: string };
  /** Levels of the balance that are reported by email, highest first. */
  lowBalanceLevels: readonly Nanos[];
  maxLowBalanceLevels: number;
  records: readonly TransferRecord[];
  /** Invoices by the id of their top-up. */
  invoices: ReadonlyMap<string, InvoiceLink>;
  limits: TopUpLimits;
  /** Where customers reach the operator. */
  supportUrl: string | null;
}

/** Lays out the billing page: two columns on wide screens, one on phones. */
export function BillingPanels(props: BillingPanelsProps) {
  const { customer, mayPay, balance, cards, autoTopUp, consentTexts, records, invoices, limits } = props;
  const { customerId } = customer;
  const isClosed = balance.status === "closed";
  const whyReadOnly = whyNot(props, "change this");
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-x-20 gap-y-12 lg:grid-cols-[minmax(0,1fr)_416px] lg:grid-rows-[auto_1fr]">
      <BalanceCard balance={balance} />
      <div className="space-y-12 lg:col-start-2 lg:row-span-2 lg:row-start-1">
        <section
          id="top-up"
          tabIndex={-1}
          aria-labelledby="top-up-heading"
          className="scroll-mt-8 rounded-[20px] border border-line bg-panel p-6 shadow-panel sm:p-8"
        >
          <h2 id="top-up-heading" className="text-lg font-semibold tracking-[-0.01em]">
            Top up
          </h2>
          {whyReadOnly === null ? (
            <TopUpForm customerId={customerId} limits={limits} />
          ) : (
            <p className="mt-2 text-[15px] text-soft">{whyNot(props, "top up")}</p>
          )}
        </section>
        <SavedCards
          customerId={customerId}
          cards={cards}
          rule={autoTopUp.view}
          consentText={consentTexts.terms}
          maySave={mayPay && !isClosed}
          mayManage={mayPay}
        />
      </div>
      <div className="space-y-12">
        <AutoTopUpSection
          customerId={customerId}
          {...autoTopUp}
          limits={limits}
          consentTexts={consentTexts}
          supportUrl={props.supportUrl}
          mayPay={mayPay}
          whyReadOnly={whyReadOnly}
        />
        <LowBalanceSection
          customerId={customerId}
          levels={props.lowBalanceLevels}
          maxLevels={props.maxLowBalanceLevels}
          whyReadOnly={whyReadOnly}
        />
        <RecentRecords records={records} invoices={invoices} mayTopUp={mayPay} />
      </div>
    </div>
  );
}

/** Says why the viewer cannot act; null when they can. */
function whyNot({ balance, mayPay, customer }: BillingPanelsProps, act: string): string | null {
  if (balance.status === "closed") return "This balance is closed and cannot be topped up.";
  if (mayPay) return null;
  return `Your role is ${customer.role}, which cannot ${act}. Ask an owner or a billing member to do it.`;
}
