import { displayUsd, type Nanos } from "@/lib/money";
import { LowBalanceForm } from "./low-balance-form";

interface LowBalanceSectionProps {
  customerId: string;
  /** Highest first. */
  levels: readonly Nanos[];
  maxLevels: number;
  /** Why the viewer cannot change them; null when they can. */
  whyReadOnly: string | null;
}

/** The levels below which a low balance is reported by email. */
export function LowBalanceSection({ customerId, levels, maxLevels, whyReadOnly }: LowBalanceSectionProps) {
  return (
    <section aria-labelledby="low-balance-heading">
      <h2 id="low-balance-heading" className="text-lg font-semibold tracking-[-0.01em]">
        Low balance emails
      </h2>
      {whyReadOnly === null ? (
        <LowBalanceForm customerId={customerId} levels={levels} maxLevels={maxLevels} />
      ) : (
        <>
          <p className="mt-2 text-[15px] text-soft">{textOf(levels)}</p>
          <p className="mt-2 text-sm text-faint">{whyReadOnly}</p>
        </>
      )}
    </section>
  );
}

function textOf(levels: readonly Nanos[]): string {
  if (levels.length === 0) return "Nobody is emailed about a low balance.";
  const shown = LIST.format(levels.map(displayUsd));
  return `Owners and billing members are emailed when the balance falls below ${shown}.`;
}

const LIST = new Intl.ListFormat("en-US", { type: "disjunction" });
