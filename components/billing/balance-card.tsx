import type { Balance } from "@/lib/ledger";
import { displayUsd, nanos } from "@/lib/money";
import { classNames } from "../ui/class-names";
import { MoneyText } from "./money-text";

/** Shows the available balance, held amounts and account status. */
export function BalanceCard({ balance }: { balance: Balance }) {
  const { available, held, status } = balance;
  return (
    <section aria-labelledby="balance-heading">
      <h2 id="balance-heading" className="text-[15px] font-medium text-soft">
        Available balance
      </h2>
      <p
        data-testid="available-balance"
        className={classNames(
          "mt-1 leading-[1.1] font-semibold tracking-[-0.035em] break-words",
          sizeFor(available),
        )}
      >
        <MoneyText amount={available} tail="text-[0.45em] font-medium tracking-normal text-faint" />
      </p>
      <div className="mt-3 space-y-1 text-[15px] text-soft">
        {held > 0n && (
          <p>
            <MoneyText amount={held} /> of your <MoneyText amount={balance.balance} /> balance is on hold for
            work in progress.
          </p>
        )}
        {available < 0n && (
          <p className="text-bad">
            Your balance is negative. The first {displayUsd(nanos(-available))} of your next top-up covers it.
          </p>
        )}
        {status === "frozen" && (
          <p className="text-warn">
            This balance is frozen and cannot be spent. Contact support to have it unfrozen.
          </p>
        )}
        {status === "closed" && <p className="text-warn">This balance is closed.</p>}
        {status === "active" && available === 0n && held === 0n && <p>Top up to start using the service.</p>}
      </div>
    </section>
  );
}

/** Returns the largest text size that fits a phone. Digits beyond the cents count half because they are set smaller. */
function sizeFor(amount: bigint): string {
  const text = displayUsd(nanos(amount));
  const cents = text.indexOf(".") + 3;
  const width = cents + (text.length - cents) / 2;
  if (width <= 11) return "text-[clamp(3rem,2rem+5vw,4.5rem)]";
  if (width <= 14) return "text-[clamp(2.25rem,1.5rem+4vw,3.5rem)]";
  return "text-[clamp(1.875rem,1rem+3.5vw,3rem)]";
}
