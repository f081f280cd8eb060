import type { SavedCard } from "@/lib/payment-methods";
import { cardName, expiryOf, isExpired } from "./card-labels";
import { PortalButton } from "./portal-button";
import { SaveCardButton } from "./save-card-button";

interface SavedCardsProps {
  customerId: string;
  cards: readonly SavedCard[];
  /** Whether the viewer may save a card. */
  maySave: boolean;
  /** Whether the viewer may remove cards and change billing details. */
  mayManage: boolean;
  now: Date;
}

/** Lists the saved cards, with buttons to add and manage them. */
export function SavedCards({ customerId, cards, maySave, mayManage, now }: SavedCardsProps) {
  return (
    <section id="cards" tabIndex={-1} aria-labelledby="cards-heading" className="scroll-mt-8 rounded-lg">
      <h2 id="cards-heading" className="text-lg font-semibold tracking-[-0.01em]">
        Saved cards
      </h2>
      {cards.length > 0 ? (
        <ul className="mt-3 divide-y divide-line border-y border-line">
          {defaultFirst(cards).map((card) => (
            <CardRow key={card.paymentMethodId} card={card} now={now} />
          ))}
        </ul>
      ) : (
        <p className="mt-2 text-[15px] text-soft">No saved cards.</p>
      )}
      {maySave && (
        <p id="cards-consent" className="mt-4 max-w-[60ch] text-sm text-faint">
          Saving a card does not charge it. We charge a saved card only when you top up, or after you turn on
          auto top-up.
        </p>
      )}
      {mayManage && (
        <div className="mt-4 flex flex-wrap gap-x-3 gap-y-2">
          {maySave && <SaveCardButton customerId={customerId} />}
          <PortalButton customerId={customerId} />
        </div>
      )}
    </section>
  );
}

function CardRow({ card, now }: { card: SavedCard; now: Date }) {
  const hasExpired = isExpired(card.expMonth, card.expYear, now);
  return (
    <li className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-1 py-3 text-[15px]">
      <span className="font-medium tabular-nums">{cardName(card)}</span>
      {card.isDefault && (
        <span className="rounded-full bg-accent-wash px-2.5 py-0.5 text-[13px] font-medium text-accent-strong">
          Default
        </span>
      )}
      <span className={hasExpired ? "ml-auto text-bad tabular-nums" : "ml-auto text-faint tabular-nums"}>
        {hasExpired ? "Expired" : "Expires"} {expiryOf(card.expMonth, card.expYear)}
      </span>
    </li>
  );
}

function defaultFirst(cards: readonly SavedCard[]): SavedCard[] {
  return [...cards].sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
}
