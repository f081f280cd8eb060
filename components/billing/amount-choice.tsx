import type { Ref } from "react";
import { Field } from "../ui/field";
import { rangeOf, type TopUpLimits } from "./amount-input";

/** Preset amounts in whole dollars. */
export const PRESETS = ["10", "25", "50", "100", "250", "500"] as const;

/** The selected preset, or the text of the custom field. */
export interface Choice {
  preset: string | null;
  custom: string;
}

interface AmountChoiceProps {
  choice: Choice;
  onChange: (choice: Choice) => void;
  limits: TopUpLimits;
  error: string | null;
  customRef: Ref<HTMLInputElement>;
}

/** Preset amounts as radio buttons, and a field for a custom amount. Using one clears the other. */
export function AmountChoice({ choice, onChange, limits, error, customRef }: AmountChoiceProps) {
  return (
    <fieldset>
      <legend className="text-sm font-medium">Amount</legend>
      <div className="mt-2 grid grid-cols-3 gap-2">
        {PRESETS.map((preset) => (
          <label
            key={preset}
            className="relative flex h-12 items-center justify-center rounded-[10px] border border-line text-[15px] font-medium tabular-nums transition-colors duration-150 hover:border-edge has-checked:border-accent has-checked:bg-accent-wash has-checked:text-accent-strong has-checked:inset-ring has-checked:inset-ring-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="preset"
              value={preset}
              checked={choice.preset === preset}
              onChange={() => onChange({ preset, custom: "" })}
              className="absolute inset-0 cursor-pointer appearance-none rounded-[10px] outline-none"
            />
            <span className="pointer-events-none">${preset}</span>
          </label>
        ))}
      </div>
      <Field
        ref={customRef}
        id="custom-amount"
        className="mt-4"
        label="Custom amount"
        prefix="$"
        inputMode="decimal"
        autoComplete="off"
        maxLength={16}
        value={choice.custom}
        onChange={(event) => onChange({ preset: null, custom: event.target.value })}
        hint={`US dollars, ${rangeOf(limits)}.`}
        error={error}
      />
    </fieldset>
  );
}
