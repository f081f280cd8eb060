import { displayUsd, nanos } from "@/lib/money";

/**
 * An amount with every digit of it. What lies behind the cents is set quieter, so that small charges do not shout;
 * read aloud or copied it is one number.
 */
export function MoneyText({ amount, tail = "text-faint" }: { amount: bigint; tail?: string }) {
  const text = displayUsd(nanos(amount));
  const cents = text.indexOf(".") + 3;
  return (
    <span className="tabular-nums">
      {text.slice(0, cents)}
      {text.length > cents && <span className={tail}>{text.slice(cents)}</span>}
    </span>
  );
}
