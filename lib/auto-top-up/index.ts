export { disableForRemovedCard, followChangedCard } from "./card-changes";
export { CONSENT_TEXT_VERSION, CONSENT_TEXTS, type ConsentTexts } from "./consent-text";
export {
  type AutoTopUpConsent,
  type ConsentGiver,
  coversTerms,
  findConsent,
  findRaisedCaps,
  giveConsent,
} from "./consents";
export {
  type AutoTopUpDecision,
  type DecisionFacts,
  listDecisions,
  readLastDecision,
  recordDecision,
} from "./decisions";
export {
  DISABLED_REASONS,
  type DisabledReason,
  disableAutoTopUp,
  lockAutoTopUpRule,
  TEMPORARY_REASONS,
} from "./disable-auto-top-up";
export { describeDecision, describeDisabledReason } from "./messages";
export { type AutoTopUpPause, findPause, isPaused, pauseAutoTopUp, resumeAutoTopUp } from "./pauses";
export { type AutoTopUpRule, findRule, lockOrCreateRule, lockRule, termsOf } from "./rule";
export {
  type AutoTopUpTerms,
  type CountedCharge,
  countedSince,
  type DailyCaps,
  DECISION_OUTCOMES,
  DEFAULT_DAILY_COUNT,
  type DecisionOutcome,
  dailyCaps,
  decide,
  defaultDailyCap,
  type EvaluationDecision,
  type EvaluationFacts,
  expectedTotal,
  obstacleToAttempt,
  raisedDailyCaps,
  reachedCap,
  SKIP_REASONS,
  type SkipReason,
  usage,
} from "./rules";
export { EVALUATE_AUTO_TOP_UP, wakeAutoTopUp } from "./wake";
