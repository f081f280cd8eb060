"use client";

import { type FormEvent, useRef, useState } from "react";
import { displayUsd, parseUsd } from "@/lib/money";
import { Button } from "../ui/button";
import { Checkbox } from "../ui/checkbox";
import { AmountChoice, type Choice } from "./amount-choice";
import { readAmount, type TopUpLimits } from "./amount-input";
import { CheckoutProblemText } from "./checkout-problem-text";
import { useCheckout } from "./use-checkout";
import { useIsReady } from "./use-is-ready";

interface TopUpFormProps {
  customerId: string;
  limits: TopUpLimits;
}

/** Chooses an amount and leads to Checkout. Nothing is credited here. */
export function TopUpForm({ customerId, limits }: TopUpFormProps) {
  const isReady = useIsReady();
  const { start, isPending, problem, forgetProblem } = useCheckout(customerId);
  const [choice, setChoice] = useState<Choice>({ preset: "25", custom: "" });
  const [savesCard, setSavesCard] = useState(false);
  const [inputProblem, setInputProblem] = useState<string | null>(null);
  const customField = useRef<HTMLInputElement>(null);
  const reading = readAmount(choice.preset ?? choice.custom, limits);

  function choose(next: Choice): void {
    setChoice(next);
    setInputProblem(null);
    forgetProblem();
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    setInputProblem(reading.problem);
    if (reading.problem !== null) customField.current?.focus();
    else void start({ mode: "payment", amount_usd: reading.amountUsd, save_payment_method: savesCard });
  }

  // What the API says of the amount belongs beside the amount.
  const isAboutAmount = problem?.field === "amount_usd";

  return (
    // Browsers would put back an earlier choice after a reload, and React would not know of it.
    <form onSubmit={submit} noValidate autoComplete="off" className="mt-6 space-y-6">
      <AmountChoice
        choice={choice}
        onChange={choose}
        limits={limits}
        error={inputProblem ?? (isAboutAmount ? problem.message : null)}
        customRef={customField}
      />
      <SaveCardChoice isChosen={savesCard} onChange={setSavesCard} />
      <div>
        <p className="flex items-baseline justify-between gap-4 border-t border-line pt-5 text-[15px]">
          <span className="text-soft">Added to your balance</span>
          <span className="font-semibold tabular-nums">
            {reading.problem === null ? displayUsd(parseUsd(reading.amountUsd, { decimals: 2 })) : "–"}
          </span>
        </p>
        <p className="mt-1 text-sm text-faint">You pay this plus tax where it applies.</p>
        <Button
          type="submit"
          look="primary"
          className="mt-5 h-12 w-full"
          disabled={!isReady}
          aria-disabled={isPending || undefined}
        >
          {isPending ? "Opening checkout…" : "Continue to checkout"}
        </Button>
        {problem && !isAboutAmount && <CheckoutProblemText problem={problem} />}
        <noscript>
          <p className="mt-3 text-sm text-soft">Topping up needs JavaScript.</p>
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
          Stripe keeps the card. We charge it only when you top up, or after you have switched on automatic
          top-up. With this ticked, checkout may show US dollars only and not your local currency.
        </p>
      </div>
    </div>
  );
}
