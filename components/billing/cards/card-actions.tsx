"use client";

import { useId, useRef } from "react";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { useChange } from "../use-change";
import { useIsHydrated } from "../use-is-hydrated";
import type { CardEffect, ListedCard } from "./card-effects";

interface CardActionsProps {
  customerId: string;
  card: ListedCard;
  removal: CardEffect;
  /** Null if making it the default needs no confirmation. */
  newDefault: CardEffect | null;
}

/** Makes a card the default, or removes it. A dialog says first what that does to auto top-up. */
export function CardActions({ customerId, card, removal, newDefault }: CardActionsProps) {
  return (
    <div className="-mx-3 flex flex-none flex-wrap">
      {!card.isDefault && <MakeDefault customerId={customerId} card={card} effect={newDefault} />}
      <Remove customerId={customerId} card={card} effect={removal} />
    </div>
  );
}

function Remove({ customerId, card, effect }: { customerId: string; card: ListedCard; effect: CardEffect }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const dialogId = useId();
  const isHydrated = useIsHydrated();
  const { change, isPending, error } = useChange(customerId);

  async function remove(): Promise<void> {
    const result = await change((brim) => brim.removePaymentMethod({ payment_method_id: card.id }));
    if (!result?.ok) return;
    dialog.current?.close();
    document.getElementById("cards")?.focus(); // its row is about to disappear
  }

  return (
    <>
      <Button
        look="quiet"
        className="px-3"
        aria-haspopup="dialog"
        disabled={!isHydrated}
        onClick={() => dialog.current?.showModal()}
      >
        Remove<span className="sr-only"> {card.name}</span>
      </Button>
      <Dialog
        ref={dialog}
        id={dialogId}
        title={`Remove ${card.name}?`}
        error={error?.message ?? null}
        actions={
          <>
            <Button className="max-sm:w-full" onClick={() => dialog.current?.close()}>
              Keep card
            </Button>
            <Button
              look="danger"
              className="max-sm:w-full"
              aria-disabled={isPending || undefined}
              onClick={() => void remove()}
            >
              {isPending ? "Removing…" : "Remove card"}
            </Button>
          </>
        }
      >
        <EffectText effect={effect} />
      </Dialog>
    </>
  );
}

function MakeDefault({
  customerId,
  card,
  effect,
}: {
  customerId: string;
  card: ListedCard;
  effect: CardEffect | null;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const dialogId = useId();
  const isHydrated = useIsHydrated();
  const { change, isPending, error } = useChange(customerId);

  async function makeDefault(): Promise<void> {
    const result = await change((brim) => brim.setDefaultPaymentMethod({ payment_method_id: card.id }));
    if (!result?.ok) return;
    dialog.current?.close();
    document.getElementById("cards")?.focus(); // this button is about to disappear
  }

  return (
    <>
      <Button
        look="quiet"
        className="px-3"
        aria-haspopup={effect ? "dialog" : undefined}
        disabled={!isHydrated}
        aria-disabled={isPending || undefined}
        onClick={() => (effect ? dialog.current?.showModal() : void makeDefault())}
      >
        {isPending ? "Saving…" : "Make default"}
        <span className="sr-only"> {card.name}</span>
      </Button>
      {!effect && error && (
        <p role="alert" className="basis-full px-3 text-sm text-bad">
          {error.message}
        </p>
      )}
      {effect && (
        <Dialog
          ref={dialog}
          id={dialogId}
          title={`Make ${card.name} the default?`}
          error={error?.message ?? null}
          actions={
            <>
              <Button className="max-sm:w-full" onClick={() => dialog.current?.close()}>
                Cancel
              </Button>
              <Button
                look="primary"
                className="max-sm:w-full"
                aria-disabled={isPending || undefined}
                onClick={() => void makeDefault()}
              >
                {isPending ? "Saving…" : effect.consent ? "Agree and make default" : "Make default"}
              </Button>
            </>
          }
        >
          <EffectText effect={effect} />
        </Dialog>
      )}
    </>
  );
}

function EffectText({ effect }: { effect: CardEffect }) {
  return (
    <>
      <p>
        {effect.consequence && <strong className="font-semibold text-ink">{effect.consequence} </strong>}
        {effect.text}
      </p>
      {effect.consent && <p className="text-sm">{effect.consent}</p>}
    </>
  );
}
