"use client";

import { type FormEvent, useRef, useState } from "react";
import { displayUsd, parseUsd } from "@/lib/money";
import { Button } from "../ui/button";
import { Checkbox } from "../ui/checkbox";
import { AmountChoice, type Choice } from "./amount-choice";
import { parseAmount, type TopUpLimits } from "./amount-input";
import { RedirectErrorMessage } from "./redirect-error-message";
import { useCheckout } from "./use-checkout";
import { useIsHydrated } from "./use-is-hydrated";

interface TopUpFormProps {
  customerId: string;
  limits: TopUpLimits;
}

/** Starts a top-up and redirects to Checkout. Nothing is credited here. */
export function TopUpForm({ customerId, limits }: TopUpFormProps) {
  const isHydrated = useIsHydrated();
  const { start, isPending, error, clearError } = useCheckout(customerId);
  const [choice, setChoice] = useState<Choice>({ preset: "25", custom: "" });
  const [savesCard, setSavesCard] = useState(false);
  const [inputError, setInputError] = useState<string | null>(null);
  const customField = useRef<HTMLInputElement>(null);
  const parsed = parseAmount(choice.preset ?? choice.custom, limits);

  function choose(next: Choice): void {
    setChoice(next);
    setInputError(null);
    clearError();
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    setInputError(parsed.error);
    if (parsed.error !== null) customField.current?.focus();
    else void start({ mode: "payment", amount_usd: parsed.amountUsd, save_payment_method: savesCard });
  }

  // Errors about the amount are shown next to the field.
  const isAboutAmount = error?.field === "amount_usd";

  return (
    // Browsers restore form fields after a reload without telling React.
    <form onSubmit={submit} noValidate autoComplete="off" className="mt-6 space-y-6">
      <AmountChoice
        choice={choice}
        onChange={choose}
        limits={limits}
        error={inputError ?? (isAboutAmount ? error.message : null)}
        customRef={customField}
      />
      <SaveCardChoice isChosen={savesCard} onChange={setSavesCard} />
      <div>
        <p className="flex items-baseline justify-between gap-4 border-t border-line pt-5 text-[15px]">
          <span className="text-soft">Added to your balance</span>
          <span className="font-semibold tabular-nums">
            {parsed.error === null ? displayUsd(parseUsd(parsed.amountUsd, { decimals: 2 })) : "–"}
          </span>
        </p>
        <p className="mt-1 text-sm text-faint">Tax is added at checkout where it applies.</p>
        <Button
          type="submit"
          look="primary"
          className="mt-5 h-12 w-full"
          disabled={!isHydrated}
          aria-disabled={isPending || undefined}
        >
          {isPending ? "Opening checkout…" : "Continue to checkout"}
        </Button>
        {error && !isAboutAmount && <RedirectErrorMessage error={error} />}
        <noscript>
          <p className="mt-3 text-sm text-soft">Turn on JavaScript to top up.</p>
        </noscript>
      </div>
    </form>
  );
}

function SaveCardChoice({
  isChosen,
  onChange,
}: {
  isChosen: boolean;
  onChange: (isChosen: boolean) => void;
}) {
  return (
    <div className="flex gap-3">
      <Checkbox
        id="save-card"
        checked={isChosen}
        onChange={(event) => onChange(event.target.checked)}
        aria-describedby="save-card-consent"
        className="mt-0.5"
      />
      <div>
        <label htmlFor="save-card" className="-my-2.5 block cursor-pointer py-2.5 text-[15px] font-medium">
          Save card for future top-ups
        </label>
        <p id="save-card-consent" className="mt-1 text-sm text-faint">
          Stripe stores the card. We charge it only when you top up, or after you turn on auto top-up. If you
          save the card, checkout may show the price in US dollars only.
        </p>
      </div>
    </div>
  );
}
