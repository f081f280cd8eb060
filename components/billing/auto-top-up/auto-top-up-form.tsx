"use client";

import { type FormEvent, useRef, useState } from "react";
import { displayUsd, formatUsd } from "@/lib/money";
import { Button } from "../../ui/button";
import type { TopUpLimits } from "../amount-input";
import { RedirectErrorMessage } from "../redirect-error-message";
import { dateText } from "../time-text";
import { useChange } from "../use-change";
import { useIsHydrated } from "../use-is-hydrated";
import { ConsentBox } from "./consent-box";
import { FieldErrorList } from "./field-error-list";
import { chargesAtOnce, describeImmediateCharge } from "./immediate-charge";
import { MoreLimits } from "./more-limits";
import { type EnteredTerms, FIELD_OF_PATH, FIELD_ORDER, type RuleField } from "./rule-fields";
import { fieldId, RuleSentence } from "./rule-sentence";
import { useRuleForm } from "./use-rule-form";
import type { AutoTopUpView } from "./view";

interface AutoTopUpFormProps {
  customerId: string;
  view: AutoTopUpView;
  limits: TopUpLimits;
  /** The text to agree to, with names in braces for the terms. */
  consentText: string;
}

/** Turns auto top-up on with the customer's consent to the exact terms that are shown, changes it, or turns it off. */
export function AutoTopUpForm({ customerId, view, limits, consentText }: AutoTopUpFormProps) {
  const isHydrated = useIsHydrated();
  const { change, isPending, error, clearError } = useChange(customerId);
  const form = useRuleForm(view, { limits, consentText });
  const [isLimitsOpen, setLimitsOpen] = useState(false);
  const consentField = useRef<HTMLInputElement>(null);
  const submitButton = useRef<HTMLButtonElement>(null);
  const { isEnabled } = view;
  const { terms } = form;
  const needsConsent = !isEnabled || form.isEdited || view.lastOutcome === "no_consent";
  const warning = terms && needsConsent ? describeImmediateCharge(terms, view) : null;
  const refused = error?.field === undefined ? undefined : FIELD_OF_PATH[error.field];
  const errors = refused && error ? { ...form.shownErrors, [refused]: error.message } : form.shownErrors;

  function focusField(field: RuleField): void {
    if (field === "dailyCap" || field === "dailyCount") setLimitsOpen(true);
    // After the update that opens the fold.
    requestAnimationFrame(() => document.getElementById(fieldId(field))?.focus());
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!needsConsent || isPending) return;
    form.showErrors();
    const invalid = FIELD_ORDER.find((field) => form.errors[field] !== undefined);
    if (invalid) return focusField(invalid);
    if (!form.isAgreed || !terms) return consentField.current?.focus();
    const result = await change((brim) => brim.updateAutoTopUp(inputOf(terms)), form.reset);
    const field = result && !result.ok && result.field ? FIELD_OF_PATH[result.field] : undefined;
    if (field) focusField(field);
  }

  async function turnOff(): Promise<void> {
    const result = await change((brim) => brim.updateAutoTopUp({ enabled: false }), form.reset);
    if (result?.ok) submitButton.current?.focus(); // the other button is about to disappear
  }

  function label(): string {
    if (isEnabled) return isPending ? "Saving…" : "Save changes";
    if (isPending) return "Turning on…";
    const isCharged = terms !== null && !view.cooldownEndsAt && chargesAtOnce(terms, view);
    return isCharged ? `Turn on and charge ${displayUsd(terms.amount)} plus tax` : "Turn on auto top-up";
  }

  const fieldProps = {
    fields: form.fields,
    errors,
    onChange: (field: RuleField, value: string) => {
      clearError();
      form.edit(field, value);
    },
  };

  return (
    // Browsers restore form fields after a reload without telling React.
    <form onSubmit={(event) => void submit(event)} noValidate autoComplete="off" className="mt-2">
      <RuleSentence {...fieldProps} cards={view.cards} />
      <MoreLimits
        {...fieldProps}
        isOpen={isLimitsOpen}
        onToggle={setLimitsOpen}
        defaultDailyCap={form.defaultDailyCap}
      />
      <FieldErrorList errors={errors} />
      <div className="mt-4 space-y-4">
        {needsConsent ? (
          <ConsentBox
            ref={consentField}
            text={form.consent}
            isAgreed={form.isAgreed}
            onChange={form.setAgreed}
            error={form.consentError}
          />
        ) : (
          <p className="text-sm text-faint">
            {view.consentAt && `You agreed to these terms on ${dateText(view.consentAt)}. `}Tax is added to
            each charge, and the limits include it.
          </p>
        )}
        <div aria-live="polite">
          {warning && <p className="rounded-xl bg-warn-wash px-4 py-3 text-sm text-ink">{warning}</p>}
        </div>
        <div className="flex flex-wrap gap-2">
          <Button
            ref={submitButton}
            type="submit"
            disabled={!isHydrated}
            aria-disabled={isPending || !needsConsent || undefined}
          >
            {label()}
          </Button>
          {isEnabled && (
            <Button
              look="quiet"
              disabled={!isHydrated}
              aria-disabled={isPending || undefined}
              onClick={() => void turnOff()}
            >
              Turn off
            </Button>
          )}
          {error && !refused && <RedirectErrorMessage error={error} />}
        </div>
        <noscript>
          <p className="text-sm text-soft">Turn on JavaScript to change auto top-up.</p>
        </noscript>
      </div>
    </form>
  );
}

/** Every term is sent, so that the consent is to what was shown, whatever else changed in the meantime. */
function inputOf({ threshold, amount, monthlyCap, dailyCap, dailyCount, card }: EnteredTerms) {
  return {
    enabled: true,
    threshold_usd: formatUsd(threshold),
    amount_usd: formatUsd(amount),
    monthly_cap_usd: formatUsd(monthlyCap),
    daily_cap_usd: dailyCap === null ? null : formatUsd(dailyCap),
    daily_cap_count: dailyCount,
    payment_method_id: card.id,
  };
}
