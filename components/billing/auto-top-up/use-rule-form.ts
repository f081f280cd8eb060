"use client";

import { useState } from "react";
import type { TopUpLimits } from "../amount-input";
import { consentToTerms } from "./consent";
import { dailyCapOf, FIELD_ORDER, fieldsOf, parseRule, type RuleField, type RuleFields } from "./rule-fields";
import type { AutoTopUpView } from "./view";

/** The state of the form: what is entered, whether it is valid, and which terms were agreed to. */
export function useRuleForm(
  view: AutoTopUpView,
  { limits, consentText }: { limits: TopUpLimits; consentText: string },
) {
  const saved = fieldsOf(view.terms, view.cards);
  const [draft, setDraft] = useState<Partial<RuleFields>>({});
  const [areErrorsShown, setErrorsShown] = useState(false);
  const [agreedTo, setAgreedTo] = useState<string | null>(null);
  const fields: RuleFields = { ...saved, ...draft };
  const { terms, errors } = parseRule(fields, { limits, cards: view.cards });
  const consent = terms && consentToTerms(consentText, terms, terms.card.name);
  // The consent is to exactly this text: another term takes it back.
  const isAgreed = consent !== null && agreedTo === consent;
  const withoutDailyCap = parseRule({ ...fields, dailyCap: "" }, { limits, cards: view.cards }).terms;

  return {
    fields,
    terms,
    errors,
    shownErrors: areErrorsShown ? errors : {},
    isEdited: FIELD_ORDER.some((field) => fields[field] !== saved[field]),
    consent,
    isAgreed,
    consentError: areErrorsShown && consent !== null && !isAgreed ? "Agree to these charges first." : null,
    /** The daily limit that applies while its field is empty. */
    defaultDailyCap: withoutDailyCap && dailyCapOf(withoutDailyCap),
    edit: (field: RuleField, value: string) => setDraft((before) => ({ ...before, [field]: value })),
    setAgreed: (agrees: boolean) => setAgreedTo(agrees ? consent : null),
    showErrors: () => setErrorsShown(true),
    /** Shows what is saved again. */
    reset: () => {
      setDraft({});
      setErrorsShown(false);
      setAgreedTo(null);
    },
  };
}
