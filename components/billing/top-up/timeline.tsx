import { fromCents } from "@/lib/money";
import type { TimelineEntry } from "@/lib/top-ups";
import { MoneyText } from "../money-text";
import { dateText } from "../time-text";

/** An entry as customers see it: without the ids of Stripe that the API has. */
export type ShownEntry = Omit<TimelineEntry, "reference"> & {
  /** Its place in the timeline. */
  position: number;
};

/** Lists what happened to a top-up, oldest first. */
export function Timeline({ entries }: { entries: readonly ShownEntry[] }) {
  return (
    <ol className="mt-4 border-l border-line">
      {entries.map(({ position, at, message, change, balanceAfter, returned }) => (
        <li key={position} className="relative pb-6 pl-6 last:pb-0">
          <span
            aria-hidden="true"
            className={`absolute top-1.5 -left-[5px] size-[9px] rounded-full border ${dotLook(change)}`}
          />
          <time dateTime={at.toISOString()} className="block text-sm text-faint">
            {dateText(at)}, {TIME_OF_DAY.format(at)} UTC
          </time>
          <div className="mt-0.5 flex items-baseline justify-between gap-4 text-[15px]">
            <p className="min-w-0 font-medium">{message}</p>
            {change !== null && (
              <p className={change > 0n ? "flex-none font-medium text-accent" : "flex-none font-medium"}>
                {change > 0n && "+"}
                <MoneyText amount={change} />
              </p>
            )}
          </div>
          {returned !== null && change !== null && (
            <p className="text-sm text-soft">
              <RefundParts total={fromCents(returned)} credit={-change} />
            </p>
          )}
          {balanceAfter !== null && (
            <p className="text-sm text-soft">
              Balance <MoneyText amount={balanceAfter} />
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

/** What went back to the card: a part of the credit, and the tax on it. */
function RefundParts({ total, credit }: { total: bigint; credit: bigint }) {
  if (total <= credit) return null;
  return (
    <>
      <MoneyText amount={total} /> to your card: <MoneyText amount={credit} /> from your balance and{" "}
      <MoneyText amount={total - credit} /> tax
    </>
  );
}

function dotLook(change: bigint | null): string {
  if (change === null) return "border-edge bg-page";
  return change > 0n ? "border-accent bg-accent" : "border-warn bg-warn";
}

const TIME_OF_DAY = new Intl.DateTimeFormat("en-US", { timeStyle: "medium", timeZone: "UTC" });
