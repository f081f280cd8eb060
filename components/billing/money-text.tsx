import { displayUsd, nanos } from "@/lib/money";

/**
 * Shows an exact amount. Digits beyond the cents are set in a lighter color; when copied or read aloud, the amount is one
 * number.
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
