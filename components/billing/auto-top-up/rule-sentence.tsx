import type { ChangeEvent } from "react";
import { blankLook, InlineField } from "./inline-field";
import type { FieldErrors, RuleField, RuleFields } from "./rule-fields";
import type { RuleCard } from "./view";

export const SENTENCE_LOOK = "text-[18px] leading-[56px] tracking-[-0.008em] text-soft";

export interface RuleInputProps {
  fields: RuleFields;
  errors: FieldErrors;
  onChange: (field: RuleField, value: string) => void;
}

/** The attributes of one field of the form. */
export function inputProps({ fields, errors, onChange }: RuleInputProps, field: RuleField) {
  return {
    id: fieldId(field),
    value: fields[field],
    errorId: errors[field] === undefined ? null : errorId(field),
    onChange: (event: ChangeEvent<HTMLInputElement>) => onChange(field, event.target.value),
  };
}

export const fieldId = (field: RuleField) => `auto-top-up-${field}`;
export const errorId = (field: RuleField) => `auto-top-up-${field}-error`;

/** The rule as one sentence with fields in it. */
export function RuleSentence({ cards, ...props }: RuleInputProps & { cards: readonly RuleCard[] }) {
  const { fields, errors, onChange } = props;
  return (
    <p className={SENTENCE_LOOK}>
      When my balance falls below{" "}
      <span className="whitespace-nowrap">
        <InlineField label="Threshold in US dollars" prefix="$" {...inputProps(props, "threshold")} />,
      </span>{" "}
      add <InlineField label="Amount in US dollars" prefix="$" {...inputProps(props, "amount")} /> with{" "}
      <span className="whitespace-nowrap">
        <span className={blankLook(errors.card !== undefined)}>
          <select
            id={fieldId("card")}
            aria-label="Card to charge"
            aria-invalid={errors.card !== undefined || undefined}
            aria-describedby={errors.card === undefined ? undefined : errorId("card")}
            value={fields.card}
            onChange={(event) => onChange("card", event.target.value)}
            className="h-[42px] max-w-full cursor-pointer appearance-none bg-transparent pr-8 font-medium text-ellipsis tabular-nums outline-none [&>option]:bg-panel [&>option]:text-ink"
          >
            <option value="" disabled>
              Choose a card
            </option>
            {cards.map(({ id, name, isChargeable }) => (
              <option key={id} value={id} disabled={!isChargeable}>
                {isChargeable ? name : `${name} (not saved for automatic charges)`}
              </option>
            ))}
          </select>
          <Chevron />
        </span>
        ,
      </span>{" "}
      but not more than{" "}
      <InlineField label="Monthly limit in US dollars" prefix="$" {...inputProps(props, "monthlyCap")} />{" "}
      a&nbsp;month.
    </p>
  );
}

function Chevron() {
  return (
    <svg
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      className="pointer-events-none absolute right-2.5 size-3 text-faint"
      aria-hidden="true"
    >
      <path d="m2.5 4.5 3.5 3.5 3.5-3.5" />
    </svg>
  );
}
