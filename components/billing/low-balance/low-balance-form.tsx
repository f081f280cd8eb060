"use client";

import { type FormEvent, useState } from "react";
import type { Nanos } from "@/lib/money";
import { Button } from "../../ui/button";
import { InlineField } from "../auto-top-up/inline-field";
import { SENTENCE_LOOK } from "../auto-top-up/rule-sentence";
import { RedirectErrorMessage } from "../redirect-error-message";
import { useChange } from "../use-change";
import { useIsHydrated } from "../use-is-hydrated";
import { fieldOfPath, levelFields, parseLevels } from "./levels";

interface LowBalanceFormProps {
  customerId: string;
  levels: readonly Nanos[];
  maxLevels: number;
}

const fieldId = (index: number) => `low-balance-${index}`;
const errorId = (index: number) => `low-balance-${index}-error`;

/** Sets the levels below which a low balance is reported by email. A field that is cleared removes its level. */
export function LowBalanceForm({ customerId, levels, maxLevels }: LowBalanceFormProps) {
  const isHydrated = useIsHydrated();
  const { change, isPending, error, clearError } = useChange(customerId);
  const saved = levelFields(levels);
  const [draft, setDraft] = useState<string[] | null>(null);
  const [areErrorsShown, setErrorsShown] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const fields = withEmptyField(draft ?? saved, maxLevels);
  const parsed = parseLevels(fields);
  const refused = fieldOfPath(error?.field, fields);
  const errors = new Map(areErrorsShown && parsed.errors ? parsed.errors : []);
  if (error && refused !== null) errors.set(refused, error.message);
  const isEdited = draft !== null && filled(draft) !== filled(saved);

  function edit(index: number, value: string): void {
    clearError();
    setSaved(false);
    setDraft(fields.map((field, at) => (at === index ? value : field)));
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isEdited || isPending) return;
    setErrorsShown(true);
    if (parsed.errors) {
      const [first] = parsed.errors.keys();
      return document.getElementById(fieldId(first ?? 0))?.focus();
    }
    const { thresholds } = parsed;
    await change(
      (brim) => brim.setLowBalanceThresholds({ thresholds_usd: thresholds }),
      () => {
        setDraft(null);
        setErrorsShown(false);
        setSaved(true);
      },
    );
  }

  return (
    <form onSubmit={(event) => void submit(event)} noValidate autoComplete="off" className="mt-2">
      <fieldset>
        <legend className="sr-only">Levels of the balance</legend>
        <p className={SENTENCE_LOOK}>
          Send an email when the balance falls below{" "}
          {fields.map((value, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a field is its position
            <span key={index} className="whitespace-nowrap">
              <InlineField
                id={fieldId(index)}
                label={`Level ${index + 1} in US dollars`}
                prefix="$"
                value={value}
                errorId={errors.has(index) ? errorId(index) : null}
                onChange={(event) => edit(index, event.target.value)}
              />
              {separatorAfter(index, fields.length)}
            </span>
          ))}
        </p>
      </fieldset>
      <div aria-live="polite" className="text-sm text-bad">
        {[...errors].map(([index, message]) => (
          <p key={index} id={errorId(index)} className="mt-1">
            <span className="font-medium">Level {index + 1}:</span> {message}
          </p>
        ))}
      </div>
      <p className="mt-2 max-w-[60ch] text-sm text-faint">
        One email to owners and billing members each time the balance falls below a level. Clear a field to
        remove it.
      </p>
      <div className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button type="submit" disabled={!isHydrated} aria-disabled={isPending || !isEdited || undefined}>
          {isPending ? "Saving…" : "Save levels"}
        </Button>
        <p aria-live="polite" className="text-sm text-soft">
          {isSaved && "Saved."}
        </p>
        {error && refused === null && <RedirectErrorMessage error={error} />}
      </div>
    </form>
  );
}

const filled = (fields: readonly string[]) => fields.filter((field) => field.trim() !== "").join(" ");

/** There is always an empty field for another level. */
function withEmptyField(fields: readonly string[], maxLevels: number): string[] {
  if (fields.length >= maxLevels || fields.at(-1)?.trim() === "") return [...fields];
  return [...fields, ""];
}

function separatorAfter(index: number, count: number): string {
  if (index === count - 1) return ".";
  return index === count - 2 ? " or " : ", ";
}
