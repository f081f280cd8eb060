import type { SavedCard } from "@/lib/payment-methods";
import { cardName, expiryOf } from "./card-labels";
import { CardActions } from "./cards/card-actions";
import { type CardRule, describeNewDefault, describeRemoval, type ListedCard } from "./cards/card-effects";
import { PortalButton } from "./portal-button";
import { SaveCardButton } from "./save-card-button";

interface SavedCardsProps {
  customerId: string;
  cards: readonly SavedCard[];
  rule: CardRule;
  /** The text to agree to when auto top-up is to charge another card. */
  consentText: string;
  /** Whether the viewer may save a card. */
  maySave: boolean;
  /** Whether the viewer may remove cards and change billing details. */
  mayManage: boolean;
}

/** Lists the saved cards, with buttons to add and manage them. */
export function SavedCards({ customerId, cards, rule, consentText, maySave, mayManage }: SavedCardsProps) {
  return (
    <section id="cards" tabIndex={-1} aria-labelledby="cards-heading" className="scroll-mt-8 rounded-lg">
      <h2 id="cards-heading" className="text-lg font-semibold tracking-[-0.01em]">
        Saved cards
      </h2>
      {cards.length > 0 ? (
        <ul className="mt-3 divide-y divide-line border-y border-line">
          {defaultFirst(cards).map((card) => {
            const listed = listedCard(card, rule);
            return (
              <li
                key={card.paymentMethodId}
                className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 py-2 text-[15px]"
              >
                <CardText card={card} listed={listed} isCharged={listed.isOfRule && rule.isEnabled} />
                {mayManage && (
                  <CardActions
                    customerId={customerId}
                    card={listed}
                    removal={describeRemoval(listed, rule)}
                    newDefault={describeNewDefault(listed, rule, consentText)}
                  />
                )}
              </li>
            );
          })}
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

function listedCard(card: SavedCard, { terms }: CardRule): ListedCard {
  const { paymentMethodId, chargeableId, allIds, isDefault } = card;
  return {
    id: paymentMethodId,
    name: cardName(card),
    isDefault,
    isChargeable: chargeableId !== null,
    isOfRule: terms.cardId !== null && allIds.includes(terms.cardId),
  };
}

function CardText({ card, listed, isCharged }: { card: SavedCard; listed: ListedCard; isCharged: boolean }) {
  return (
    <div className="min-w-0 py-1">
      <p className="font-medium tabular-nums">
        {listed.name}
        {card.isDefault && (
          <span className="ml-2 inline-block rounded-full bg-accent-wash px-2.5 py-0.5 text-[13px] font-medium text-accent-strong">
            Default
          </span>
        )}
      </p>
      <p className="text-sm text-faint tabular-nums">
        <span className={EXPIRY_LOOKS[card.expiry]}>{expiryText(card)}</span>
        {isCharged && " · Auto top-up"}
      </p>
    </div>
  );
}

const EXPIRY_LOOKS = { valid: "", expiring: "text-warn", expired: "text-bad" };

function expiryText({ expiry, expMonth, expYear }: SavedCard): string {
  const date = expiryOf(expMonth, expYear);
  switch (expiry) {
    case "expired":
      return `Expired ${date}`;
    case "expiring":
      return `Expires soon, ${date}`;
    default:
      return `Expires ${date}`;
  }
}

function defaultFirst(cards: readonly SavedCard[]): SavedCard[] {
  return [...cards].sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
}
