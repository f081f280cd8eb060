import type { Balance, TransferRecord } from "@/lib/ledger";
import type { SavedCard } from "@/lib/payment-methods";
import type { InvoiceLink } from "@/lib/top-ups";
import type { TopUpLimits } from "./amount-input";
import { BalanceCard } from "./balance-card";
import { RecentRecords } from "./recent-records";
import { SavedCards } from "./saved-cards";
import { TopUpForm } from "./top-up-form";

interface BillingPanelsProps {
  customer: { customerId: string; role: string };
  mayPay: boolean;
  balance: Balance;
  cards: readonly SavedCard[];
  records: readonly TransferRecord[];
  /** Invoices by the id of their top-up. */
  invoices: ReadonlyMap<string, InvoiceLink>;
  limits: TopUpLimits;
  now: Date;
}

/** Lays out the billing page: two columns on wide screens, one on phones. */
export function BillingPanels({
  customer,
  mayPay,
  balance,
  cards,
  records,
  invoices,
  limits,
  now,
}: BillingPanelsProps) {
  const { customerId, role } = customer;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-x-20 gap-y-12 lg:grid-cols-[minmax(0,1fr)_416px] lg:grid-rows-[auto_1fr]">
      <BalanceCard balance={balance} />
      <div className="lg:col-start-2 lg:row-span-2 lg:row-start-1">
        <section
          id="top-up"
          tabIndex={-1}
          aria-labelledby="top-up-heading"
          className="scroll-mt-8 rounded-[20px] border border-line bg-panel p-6 shadow-panel sm:p-8"
        >
          <h2 id="top-up-heading" className="text-lg font-semibold tracking-[-0.01em]">
            Top up
          </h2>
          {mayPay && balance.status !== "closed" ? (
            <TopUpForm customerId={customerId} limits={limits} />
          ) : (
            <p className="mt-2 text-[15px] text-soft">{whyNot(balance.status, role)}</p>
          )}
        </section>
      </div>
      <div className="space-y-12">
        <SavedCards
          customerId={customerId}
          cards={cards}
          maySave={mayPay && balance.status !== "closed"}
          mayManage={mayPay}
          now={now}
        />
        <RecentRecords records={records} invoices={invoices} mayTopUp={mayPay} />
      </div>
    </div>
  );
}

function whyNot(status: Balance["status"], role: string): string {
  if (status === "closed") return "This balance is closed and cannot be topped up.";
  return `Your role is ${role}, which cannot top up. Ask an owner or a billing member to do it.`;
}
