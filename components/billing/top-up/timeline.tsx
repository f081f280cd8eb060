import type { TimelineEntry } from "@/lib/top-ups";
import { MoneyText } from "../money-text";

/** Lists what happened to a top-up, oldest first. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  return (
    <ol className="mt-4 border-l border-line">
      {entries.map(({ at, what, message, reference, change, balanceAfter }) => (
        <li
          key={`${what} ${at.toISOString()} ${reference} ${balanceAfter}`}
          className="relative pb-6 pl-6 last:pb-0"
        >
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
          {balanceAfter !== null && (
            <p className="text-sm text-soft">
              Balance <MoneyText amount={balanceAfter} />
            </p>
          )}
          {reference && <p className="font-mono text-[13px] break-all text-faint">{reference}</p>}
        </li>
      ))}
    </ol>
  );
}

function dotLook(change: bigint | null): string {
  if (change === null) return "border-edge bg-page";
  return change > 0n ? "border-accent bg-accent" : "border-warn bg-warn";
}

/** Formats a date as "Jul 6, 2026". */
export function dateText(at: Date): string {
  return DAY.format(at);
}

const DAY = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" });

const TIME_OF_DAY = new Intl.DateTimeFormat("en-US", { timeStyle: "medium", timeZone: "UTC" });
