/** A fault to insert, and the tests that must catch it. */
export interface Mutant {
  /** Describes the fault. Also selects it on the command line. */
  readonly name: string;
  readonly place: Place;
  /** The text to replace. It must occur exactly once. */
  readonly search: string;
  readonly replace: string;
  readonly tests: readonly MutantTest[];
}

/** Where a fault is inserted: in a file, or in the latest migration that defines a function. */
export type Place = { readonly file: string } | { readonly sqlFunction: string };

export interface MutantTest {
  readonly file: string;
  /** Part of the test's name. */
  readonly name: string;
}

const unit = (file: string, name: string): MutantTest => ({ file: `tests/unit/${file}.test.ts`, name });
const integration = (file: string, name: string): MutantTest => ({
  file: `tests/integration/${file}.test.ts`,
  name,
});

const SPEND = "ledger/spend";

/** Faults in the code and the SQL that move money. */
export const MUTANTS: readonly Mutant[] = [
  // Events and top-ups
  {
    name: "a finished event is claimed again",
    place: { file: "lib/stripe-events/event-store.ts" },
    search: "    WHERE stripe_event.status IN ('received', 'failed', 'unhandled')\n    RETURNING 1",
    replace: "    RETURNING 1",
    tests: [integration("stripe-events/claim", "a finished event cannot be claimed again")],
  },
  {
    name: "a duplicate event is applied",
    place: { file: "lib/top-ups/settle-top-up.ts" },
    search: "if (claim && !(await claim(tx))) throw new DuplicateSignal();",
    replace: "if (claim) await claim(tx);",
    tests: [integration("top-ups/sweep", "a claim that returns false leaves a paid top-up")],
  },
  {
    name: "a session of an older attempt is attached",
    place: { file: "lib/top-ups/open-checkout-session.ts" },
    search:
      'if (locked.status !== "created" || locked.sessionAttempt !== intent.sessionAttempt) return locked;\n    await mapStripeObject',
    replace: 'if (locked.status !== "created") return locked;\n    await mapStripeObject',
    tests: [integration("top-ups/sweep", "a session whose response arrives after a later attempt")],
  },
  {
    name: "the sweep does not settle a paid session whose id was not stored",
    place: { file: "lib/top-ups/sweep-top-ups.ts" },
    search: 'if (session.status === "complete") await settleTopUp',
    replace: "if (session.status === null) await settleTopUp",
    tests: [integration("top-ups/sweep", "a paid session whose id was never stored")],
  },
  {
    name: "a stale read of Stripe overwrites a newer one",
    place: { file: "lib/top-ups/settle-top-up.ts" },
    search: "if (intent.version !== seen.version) throw new StaleReadSignal();",
    replace: "",
    tests: [integration("top-ups/stale-read", "a stale decline that is written last does not replace")],
  },
  {
    name: "a top-up is credited with Stripe's total including tax",
    place: { file: "lib/top-ups/apply-decision.ts" },
    search: "const amount = fromCents(cents(BigInt(intent.amountCents)));",
    replace: "const amount = fromCents(cents(BigInt(Number(columns.totalCents))));",
    tests: [integration("top-ups/top-up", "is credited once by the webhook, with the amount before tax")],
  },
  {
    name: "a credited top-up is credited again",
    place: { file: "lib/top-ups/rules.ts" },
    search: "  if (intent.creditedAt) {",
    replace: "  if (intent.creditedAt && !session.payment) {",
    tests: [unit("top-ups/decide", "decide")],
  },
  {
    name: "a second payment of a top-up is ignored",
    place: { file: "lib/top-ups/rules.ts" },
    search: '? NOTHING : { do: "flag_second_payment" };',
    replace: "? NOTHING : NOTHING;",
    tests: [unit("top-ups/decide", "flags a second payment")],
  },
  {
    name: "a payment in another currency is credited",
    place: { file: "lib/top-ups/rules.ts" },
    search: 'if (session.currency !== "usd")',
    replace: "if (session.currency === null)",
    tests: [unit("top-ups/decide", "decide")],
  },
  {
    name: "a payment of a different amount is credited",
    place: { file: "lib/top-ups/rules.ts" },
    search: "session.subtotalCents !== BigInt(intent.amountCents)",
    replace: "session.subtotalCents === null",
    tests: [unit("top-ups/decide", "decide")],
  },
  {
    name: "a test payment is credited in live mode",
    place: { file: "lib/top-ups/rules.ts" },
    search: "  if (session.livemode !== intent.livemode) return NOTHING;\n",
    replace: "",
    tests: [unit("top-ups/decide", "decide")],
  },
  {
    name: "one payment is mapped to two top-ups",
    place: { file: "lib/customers/stripe-customer.ts" },
    search: "known.customerId !== owner.customerId || known.ourId !== owner.ourId",
    replace: "known.kind !== owner.kind",
    tests: [integration("customers/stripe-object", "a payment belongs to one top-up of one customer")],
  },
  {
    name: "one payment credits two top-ups of a customer",
    place: { file: "prisma/migrations/20261129000000_baseline/migration.sql" },
    search: 'CREATE UNIQUE INDEX "topup_intent_payment"',
    replace: 'CREATE INDEX "topup_intent_payment"',
    tests: [integration("customers/stripe-object", "the database rejects two top-ups")],
  },

  // Database constraints
  {
    name: "a credit has no unique key",
    place: { file: "prisma/migrations/20261129000000_baseline/migration.sql" },
    search: 'CREATE UNIQUE INDEX "ledger_transfer_source"',
    replace: 'CREATE INDEX "ledger_transfer_source"',
    tests: [integration("ledger/post", "posts a source once")],
  },
  {
    name: "an idempotency key is not unique",
    place: { file: "prisma/migrations/20261129000000_baseline/migration.sql" },
    search: 'CREATE UNIQUE INDEX "ledger_transfer_idempotency"',
    replace: 'CREATE INDEX "ledger_transfer_idempotency"',
    tests: [
      integration(SPEND, "the same key with another request is a conflict, also for another operation"),
    ],
  },
  {
    name: "a transfer can be updated",
    place: { file: "prisma/migrations/20261129000000_baseline/migration.sql" },
    search: 'CREATE TRIGGER "ledger_transfer_append_only" BEFORE UPDATE OR DELETE',
    replace: 'CREATE TRIGGER "ledger_transfer_append_only" BEFORE DELETE',
    tests: [integration("ledger/post", "an update of a transfer")],
  },
  {
    name: "an idempotency key of a hold is accepted for a charge",
    place: { sqlFunction: "ledger_key_names_hold" },
    search: "h.idempotency_key = p_key",
    replace: "h.idempotency_key = p_key AND false",
    tests: [integration("ledger/post", "an idempotency key that a hold uses")],
  },

  // Charges
  {
    name: "a charge does not check the balance",
    place: { sqlFunction: "ledger_charge_group" },
    search: "status = 'active' AND balance_nanos - held_nanos >= item.amount",
    replace: "status = 'active'",
    tests: [integration(SPEND, "cannot spend held money")],
  },
  {
    name: "a charge spends held money",
    place: { file: "lib/ledger/charge-sql.ts" },
    search: "status = 'active' AND balance_nanos - held_nanos >= $2::bigint END",
    replace: "status = 'active' AND balance_nanos >= $2::bigint END",
    tests: [integration(SPEND, "cannot spend held money")],
  },
  {
    name: "a frozen account is charged",
    place: { sqlFunction: "ledger_charge_group" },
    search: "ELSE status = 'active' AND",
    replace: "ELSE status <> 'closed' AND",
    tests: [integration(SPEND, "is rejected on a frozen account and for an unknown customer")],
  },
  {
    name: "a replay charges again",
    place: { file: "lib/ledger/charge-sql.ts" },
    search: "      RETURNING created_at\n",
    replace: "      ON CONFLICT DO NOTHING RETURNING created_at\n",
    tests: [integration(SPEND, "charge nothing for a repeated key")],
  },
  {
    name: "a 402 is returned before the idempotency key is checked",
    place: { file: "lib/ledger/explain-refusal.ts" },
    search: "const known = knownEffect(row, request.requestHash);",
    replace:
      "const known = BigInt(row.balance) - BigInt(row.held) < request.amount ? null : knownEffect(row, request.requestHash);",
    tests: [integration(SPEND, "replays the original result, even after the balance is spent")],
  },
  {
    name: "a refused item of a batch reduces the balance for the next items",
    place: { sqlFunction: "ledger_charge_batch" },
    search: "outcome := 'insufficient';",
    replace: "outcome := 'insufficient'; running := running - item.amount;",
    tests: [integration(SPEND, "returns a result for each item, in order; a rejected item charges nothing")],
  },
  {
    name: "a customer's key acts on another customer",
    place: { file: "lib/http/pipeline/authorize-customer.ts" },
    search: "  if (customerId !== undefined && customerId !== actor.customerId) {",
    replace: "  if (customerId !== undefined) return customerId;\n  if (customerId !== undefined) {",
    tests: [integration("http/usage", "never touches another customer")],
  },

  // Refunds of charges
  {
    name: "a refund charges instead of refunding",
    place: { sqlFunction: "ledger_refund_charge" },
    search: "SET balance_nanos = balance_nanos + amount",
    replace: "SET balance_nanos = balance_nanos - amount",
    tests: [integration(SPEND, "refunds the whole remaining amount by default")],
  },
  {
    name: "a refund is not limited to its charge",
    place: { sqlFunction: "ledger_refund_charge" },
    search: "refunded_nanos = r.refunded_nanos + amount",
    replace: "refunded_nanos = r.refunded_nanos",
    tests: [integration(SPEND, "refunds in parts, never more than was charged, also concurrently")],
  },

  // Holds
  {
    name: "a hold reserves money of another hold",
    place: { file: "lib/ledger/open-hold.ts" },
    search: "status = 'active' AND balance_nanos - held_nanos >= $2::bigint",
    replace: "status = 'active' AND balance_nanos >= $2::bigint",
    tests: [integration(SPEND, "allow exactly ten of sixty-four concurrent $1 holds")],
  },
  {
    name: "a capture does not release the rest of its hold",
    place: { sqlFunction: "ledger_capture_hold" },
    search: "held_nanos = held_nanos - hold.amount_nanos",
    replace: "held_nanos = held_nanos - least(taken, hold.amount_nanos)",
    tests: [integration(SPEND, "captured in part release the rest")],
  },
  {
    name: "a capture above its hold overspends",
    place: { sqlFunction: "ledger_capture_hold" },
    search: "account.balance_nanos - account.held_nanos < taken - hold.amount_nanos",
    replace: "account.balance_nanos < taken - hold.amount_nanos",
    tests: [
      integration(SPEND, "captured above the hold use the available balance for the rest, or change nothing"),
    ],
  },
  {
    name: "a customer captures the operator's hold",
    place: { sqlFunction: "ledger_capture_hold" },
    search: "p_principal <> 'operator' AND hold.opened_by <> p_principal",
    replace: "p_principal <> 'operator' AND hold.opened_by = p_principal",
    tests: [integration(SPEND, "of the operator cannot be closed by the customer")],
  },
  {
    name: "a released hold stays reserved",
    place: { sqlFunction: "ledger_release_hold" },
    search: "SET held_nanos = held_nanos - hold.amount_nanos",
    replace: "SET held_nanos = held_nanos",
    tests: [integration(SPEND, "that are released free the whole amount once")],
  },
  {
    name: "the expiry job waits for a locked hold",
    place: { sqlFunction: "ledger_expire_hold" },
    search: "FOR UPDATE SKIP LOCKED",
    replace: "FOR UPDATE",
    tests: [integration("ledger/hold-edges", "the expiry skips a locked hold")],
  },

  // Refunds and disputes
  {
    name: "an old read of a refund wins",
    place: { file: "lib/reversals/settle-reversal.ts" },
    search: "if (before?.version !== seen?.version) throw new StaleReadSignal();",
    replace: "",
    tests: [integration("money-back/refunds", "a refund that failed while an older read was waiting")],
  },
  {
    name: "a refund seen before the credit is not applied with it",
    place: { file: "lib/top-ups/apply-decision.ts" },
    search: "  await applyReversals(tx, credited, now);\n",
    replace: "",
    tests: [
      integration("money-back/refunds", "that arrives before the credit is applied in the transaction"),
    ],
  },
  {
    name: "a dispute counts by its status",
    place: { file: "lib/disputes/settle-dispute.ts" },
    search: "effectiveCents: effectiveDisputeCents(dispute), dispute",
    replace:
      'effectiveCents: status === "won" ? effectiveDisputeCents(dispute) : dispute.amountCents, dispute',
    tests: [integration("money-back/disputes", "counts the money that moved, not its status")],
  },
  {
    name: "a refund whose key Stripe has forgotten is made again",
    place: { file: "lib/refunds/submit-refund.ts" },
    search: "if (made) return made.refundId;",
    replace: "",
    tests: [integration("money-back/refund-requests", "whose key Stripe no longer knows")],
  },

  // Reconciliation
  {
    name: "the cursor passes events that were not stored",
    place: { file: "lib/reconciliation/handle-events.ts" },
    search: "if (unanswered >= MAX_UNANSWERED) throw error;",
    replace: "if (unanswered >= MAX_UNANSWERED) break;",
    tests: [integration("reconciliation/read-events", "an outage of Stripe moves no cursor")],
  },
  {
    name: "the reader does not read beyond its cursor",
    place: { file: "lib/reconciliation/read-events.ts" },
    search: "const from = new Date(begin.getTime() - POLL_OVERLAP_MS);",
    replace: "const from = begin;",
    tests: [integration("reconciliation/read-events", "an event that becomes visible late")],
  },
  {
    name: "a restored top-up is adopted from another customer at Stripe",
    place: { file: "lib/customers/stripe-customer.ts" },
    search: "if (facts?.customerId !== customerId || facts.livemode !== livemode()) return false;",
    replace: "",
    tests: [integration("reconciliation/restore", "a payment of another Stripe customer")],
  },
  {
    name: "a credit whose payment failed is not named",
    place: { file: "lib/reconciliation/completeness/examine-transfer.ts" },
    search: "if (charge?.isPaid) return null;",
    replace: "if (charge) return null;",
    tests: [integration("reconciliation/completeness", "when Stripe never got the money")],
  },
  {
    name: "a sweep of refund requests stops at the first that fails",
    place: { file: "lib/refunds/sweep-refund-requests.ts" },
    search: "await report(request, error, now);",
    replace: "await report(request, error, now);\n        break;",
    tests: [integration("reconciliation/refund-requests", "a refund whose outcome stays unknown")],
  },

  // Auto top-up
  {
    name: "two automatic top-ups of a customer may be unresolved",
    place: { file: "prisma/migrations/20261129093000_automatic_top_ups/migration.sql" },
    search: 'CREATE UNIQUE INDEX "topup_intent_auto_unresolved"',
    replace: 'CREATE INDEX "topup_intent_auto_unresolved"',
    tests: [integration("auto-top-up/charge", "the database allows one unresolved automatic top-up")],
  },
  {
    name: "the monthly cap does not count the new charge",
    place: { file: "lib/auto-top-up/rules.ts" },
    search: "if (month + total > terms.monthlyCap)",
    replace: "if (month > terms.monthlyCap)",
    tests: [integration("auto-top-up/caps", "include tax: a draft whose total exceeds a cap is deleted")],
  },
  {
    name: "a consent to other terms counts",
    place: { file: "lib/auto-top-up/consents.ts" },
    search: "([name, value]) => consent[name as keyof AutoTopUpConsent] === value,",
    replace: "([name]) => name in consent,",
    tests: [integration("auto-top-up/caps", "consent to exactly these terms, nothing is charged")],
  },
  {
    name: "each process creates an invoice of its own",
    place: { file: "lib/auto-charge/charges.ts" },
    search: ":create`,",
    replace: ":create:` + Math.random(),",
    tests: [integration("auto-top-up/charge", "charges once when several processes advance the charge")],
  },
  {
    name: "a second attempt to pay has the key of the first",
    place: { file: "lib/auto-charge/pay-invoice.ts" },
    search: "keys.pay(ref, attempt)",
    replace: "keys.pay(ref, 1)",
    tests: [integration("auto-top-up/declines", "is credited when a later attempt succeeds")],
  },
  {
    name: "a refund charges the card",
    place: { file: "lib/auto-charge/evaluation-facts.ts" },
    search: "isIdle: await isIdle(tx, rule),",
    replace: "isIdle: (await isIdle(tx, rule)) && false,",
    tests: [integration("auto-top-up/money-back", "a refund that takes the balance below the threshold")],
  },
  {
    name: "auto top-up stays enabled when its card is removed",
    place: { file: "lib/auto-top-up/card-changes.ts" },
    search: 'await disableAutoTopUp(tx, customerId, "payment_method_detached");',
    replace: "",
    tests: [integration("auto-top-up/caps", "card left, the rule is disabled with the reason")],
  },
  {
    name: "the card is charged although Stripe has a paid top-up that the database does not know",
    place: { file: "lib/auto-charge/prepare-invoice.ts" },
    search: "await restoreUnknownCharges(intent, now);",
    replace: "",
    tests: [integration("auto-top-up/restore", "is found before the card is charged again")],
  },
  {
    name: "a payment that was given back is reviewed again",
    place: { file: "lib/auto-charge/rules.ts" },
    search: 'if (state.status === "canceled" && state.reviewReason !== null)',
    replace: 'if (state.status === "none")',
    tests: [integration("auto-top-up/reviews", "is given back in full, stays decided")],
  },

  // Verification
  {
    name: "the verification does not check the balance after each row",
    place: { file: "lib/ledger/verify/checks/chain.ts" },
    search:
      "WHERE seq IS DISTINCT FROM before_seq + 1 OR balance_after_nanos IS DISTINCT FROM before_balance + signed",
    replace: "WHERE seq IS DISTINCT FROM before_seq + 1",
    tests: [integration("ledger/repair", "is refused when the transfers contradict each other")],
  },
  {
    name: "the verification compares constraints by name only",
    place: { file: "lib/ledger/verify/guards/compare-guards.ts" },
    search: "if (text !== undefined && accepted.some((list) => list.get(key) === text)) return [];",
    replace: "if (text !== undefined) return [];",
    tests: [integration("ledger/verify-guards", "constraint topup_intent_credit")],
  },
];
