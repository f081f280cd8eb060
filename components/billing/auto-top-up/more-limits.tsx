import { displayUsd } from "@/lib/money";
import { InlineField } from "./inline-field";
import type { EnteredTerms } from "./rule-fields";
import { inputProps, type RuleInputProps, SENTENCE_LOOK } from "./rule-sentence";

/** The limits of any 24 hours, folded away because their defaults fit most customers. */
export function MoreLimits({
  isOpen,
  onToggle,
  defaultDailyCap,
  ...props
}: RuleInputProps & {
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
  /** What applies while the field is empty; null as long as it is not known. */
  defaultDailyCap: EnteredTerms["dailyCap"];
}) {
  const placeholder = defaultDailyCap === null ? "" : displayUsd(defaultDailyCap).replace(/^\$|\.00$/g, "");
  return (
    <details open={isOpen} onToggle={(event) => onToggle(event.currentTarget.open)} className="group">
      <summary className="-mx-1 inline-flex min-h-11 cursor-pointer list-none items-center gap-2 rounded-lg px-1 text-[15px] font-medium text-soft hover:text-ink [&::-webkit-details-marker]:hidden">
        <span
          aria-hidden="true"
          className="mx-0.5 size-1.5 -rotate-45 border-r-[1.5px] border-b-[1.5px] border-faint transition-transform duration-150 group-open:rotate-45"
        />
        More limits
      </summary>
      <p className={SENTENCE_LOOK}>
        In any 24 hours, not more than{" "}
        <InlineField
          label="Daily limit in US dollars"
          prefix="$"
          placeholder={placeholder}
          {...inputProps(props, "dailyCap")}
        />{" "}
        and not more than{" "}
        <InlineField label="Charges in 24 hours" {...inputProps(props, "dailyCount")} inputMode="numeric" />{" "}
        charges.
      </p>
      <p className="mt-1 text-sm text-faint">
        Leave the daily limit empty for four times the amount. All limits include tax.
      </p>
    </details>
  );
}
