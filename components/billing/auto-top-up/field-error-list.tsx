import { FIELD_ORDER, type FieldErrors, type RuleField } from "./rule-fields";
import { errorId } from "./rule-sentence";

/** A sentence has no room for errors next to its fields, so each names its field. */
const NAMES: Record<RuleField, string> = {
  threshold: "Threshold",
  amount: "Amount",
  card: "Card",
  monthlyCap: "Monthly limit",
  dailyCap: "Daily limit",
  dailyCount: "Charges in 24 hours",
};

/** What is wrong with the fields of the sentence. */
export function FieldErrorList({ errors }: { errors: FieldErrors }) {
  return (
    <div aria-live="polite" className="text-sm text-bad">
      {FIELD_ORDER.map(
        (field) =>
          errors[field] !== undefined && (
            <p key={field} id={errorId(field)} className="mt-1">
              <span className="font-medium">{NAMES[field]}:</span> {errors[field]}
            </p>
          ),
      )}
    </div>
  );
}
