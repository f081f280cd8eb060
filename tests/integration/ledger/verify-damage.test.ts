import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LEDGER_CHECKS } from "@/lib/commands/ledger-checks";
import { createCustomer } from "@/lib/customers";
import { type Finding, verifyLedger } from "@/lib/ledger";
import { closeDatabase } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { rollUpUsage } from "@/lib/usage";
import { copyToDamage, type DamagedCopy, removeGuards } from "@/tests/support/damaged-copy";
import { aCustomerWithHistory } from "@/tests/support/ledger-history";
import { testDatabase } from "@/tests/support/settings";

/** The tables of the books. */
const LEDGER_TABLES = [
  "ledger_account",
  "ledger_transfer",
  "ledger_hold",
  "ledger_charge_refund",
  "topup_intent",
  "reversal",
];

const HISTORY_TABLES = [...LEDGER_TABLES, "usage_rollup_mark"];

const database = testDatabase();
const copies: DamagedCopy[] = [];

beforeAll(() => database.ready);
afterAll(async () => {
  await Promise.all(copies.map((copy) => copy.drop()));
  await database.drop();
});

async function aCopy(): Promise<DamagedCopy> {
  await closeDatabase(); // Postgres copies only what nobody is connected to
  const copy = await copyToDamage();
  copies.push(copy);
  return copy;
}

async function findingsIn(copy: DamagedCopy): Promise<Finding[]> {
  return (await verifyLedger(copy.pool, LEDGER_CHECKS, { maxFindings: Number.POSITIVE_INFINITY })).findings;
}

/** Writes one of the customer's transfers once more, with the next number. */
function again(seq: number, difference: object): string {
  const values = JSON.stringify({ seq: 18, balance_after_nanos: 0, ...difference });
  return `
    INSERT INTO ledger_transfer
    SELECT (jsonb_populate_record(NULL::ledger_transfer, to_jsonb(t) || '${values}')).*
    FROM ledger_transfer t WHERE customer_id = $1 AND seq = ${seq}`;
}

const transfer = (seq: number, set: string) =>
  `UPDATE ledger_transfer SET ${set} WHERE customer_id = $1 AND seq = ${seq}`;
const account = (set: string) => `UPDATE ledger_account SET ${set} WHERE customer_id = $1`;
const topUp = (set: string) =>
  `UPDATE topup_intent SET ${set} WHERE customer_id = $1 AND amount_cents = 10000`;
const hold = (status: string, set: string) =>
  `UPDATE ledger_hold SET ${set} WHERE customer_id = $1 AND hold_id =
    (SELECT hold_id FROM ledger_hold WHERE customer_id = $1 AND status = '${status}' ORDER BY hold_id LIMIT 1)`;
const reversal = (sourceType: string, set: string) =>
  `UPDATE reversal SET ${set} WHERE customer_id = $1 AND source_type = '${sourceType}'`;
const refund = (set: string) => `UPDATE ledger_charge_refund SET ${set} WHERE customer_id = $1`;

/** What was done to a customer's rows, and every check that must see it. The numbers are those of `aCustomerWithHistory`. */
const DAMAGES: [what: string, checks: string[], sql: string][] = [
  ["a balance with a nano too much", ["balance"], account("balance_nanos = balance_nanos + 1")],
  ["a balance out of range", ["account_limits", "balance"], account("balance_nanos = 9000000000000000001")],
  ["an unknown status", ["account_limits"], account("status = 'asleep'")],
  ["a held amount that no hold explains", ["held"], account("held_nanos = held_nanos + 1")],
  ["a negative held amount", ["account_limits", "held"], account("held_nanos = -1")],
  ["a hold that was made smaller", ["held"], hold("open", "amount_nanos = 1")],
  ["a last number too high", ["seq"], account("last_seq = last_seq + 1")],
  ["a last number too low", ["rollup_mark", "seq"], account("last_seq = last_seq - 1")],
  [
    "a last transfer that is gone",
    ["balance", "rollup_sum", "seq"],
    "DELETE FROM ledger_transfer WHERE customer_id = $1 AND seq = 17",
  ],
  [
    "a first transfer that is gone",
    ["balance", "chain", "rollup_sum", "seq", "top_up_without_credit"],
    "DELETE FROM ledger_transfer WHERE customer_id = $1 AND seq = 1",
  ],
  [
    "a transfer in between that is gone",
    ["balance", "chain", "rollup_sum", "seq"],
    "DELETE FROM ledger_transfer WHERE customer_id = $1 AND seq = 14",
  ],
  [
    "two transfers whose numbers were swapped",
    ["chain"],
    "UPDATE ledger_transfer SET seq = 31 - seq WHERE customer_id = $1 AND seq IN (15, 16)",
  ],
  [
    "a balance after that was changed",
    ["chain"],
    transfer(14, "balance_after_nanos = balance_after_nanos + 1"),
  ],
  [
    "a charge that was made cheaper",
    ["balance", "chain", "rollup_sum"],
    transfer(3, "amount_nanos = amount_nanos - 1"),
  ],
  [
    "an amount below zero",
    ["balance", "chain", "rollup_sum", "transfer_amount"],
    transfer(16, "amount_nanos = -amount_nanos"),
  ],
  [
    "an amount beyond every range",
    ["balance", "chain", "rollup_sum", "transfer_amount"],
    transfer(14, "amount_nanos = 9223372036854775807"),
  ],
  [
    "a transfer whose direction was turned",
    ["balance", "chain", "rollup_sum"],
    transfer(14, "direction = 'debit'"),
  ],
  ["a held amount after it below zero", ["transfer_amount"], transfer(3, "held_after_nanos = -1")],
  [
    "a kind that does not exist",
    ["rollup_sum", "transfer_kind", "transfer_source"],
    transfer(16, "kind = 'gift'"),
  ],
  ["a house account that is not the kind's", ["transfer_kind"], transfer(3, "house_account = 'promotions'")],
  ["a revision below zero", ["transfer_source"], transfer(16, "source_revision = -1")],
  ["a credit of a second revision", ["transfer_source"], transfer(1, "source_revision = 1")],
  ["a charge whose source is another one", ["transfer_source"], transfer(3, "source_id = 'chg_other'")],
  ["a charge that is its own source again", ["transfer_source"], transfer(3, "source_revision = 1")],
  [
    "a grant that claims to be a charge's",
    ["transfer_key", "transfer_source"],
    transfer(16, "source_type = 'charge'"),
  ],
  ["a key without owner", ["transfer_key"], transfer(3, "idempotency_owner = NULL")],
  ["a key without hash", ["transfer_key"], transfer(3, "request_hash = NULL")],
  [
    "a charge without its key",
    ["transfer_key"],
    transfer(3, "idempotency_owner = NULL, idempotency_key = NULL, request_hash = NULL"),
  ],
  [
    "a refund without its key",
    ["transfer_key"],
    transfer(5, "idempotency_owner = NULL, idempotency_key = NULL, request_hash = NULL"),
  ],
  [
    "a hold without its key",
    ["hold_state"],
    hold("open", "idempotency_owner = NULL, idempotency_key = NULL"),
  ],
  ["a hold whose key has no hash", ["hold_state"], hold("open", "request_hash = NULL")],
  [
    "a payment that credited two top-ups",
    ["payment_of_two_top_ups", "reversal_without_credit", "top_up_reversed"],
    "UPDATE topup_intent SET stripe_payment_intent_id = 'pi_of_two' WHERE customer_id = $1",
  ],
  [
    "a Checkout Session of two top-ups",
    ["session_of_two_top_ups"],
    "UPDATE topup_intent SET stripe_session_id = 'cs_of_two' WHERE customer_id = $1",
  ],
  [
    "a credited top-up without a payment",
    ["credited_without_payment"],
    topUp("stripe_payment_intent_id = NULL"),
  ],
  [
    "a credit of more than was paid",
    ["credited_more_than_paid"],
    topUp("total_cents = 10800, tax_cents = 801"),
  ],
  ["a refund that comes from a top-up", ["transfer_source"], transfer(5, "source_type = 'topup'")],
  [
    "a capture far above its hold, beyond what was available",
    ["balance", "capture_above_hold", "chain", "hold_charge", "rollup_sum"],
    transfer(7, "amount_nanos = 900000000000, balance_after_nanos = -800000000000"),
  ],
  [
    "sums for charts without their mark",
    ["rollup_without_mark"],
    "DELETE FROM usage_rollup_mark WHERE customer_id = $1",
  ],
  [
    "a customer's charge below what was available",
    ["overdraft"],
    transfer(2, "held_after_nanos = balance_after_nanos + 1"),
  ],
  [
    "transfers of a customer without account",
    ["hold_without_account", "customer_without_account", "rollup_mark", "transfer_without_account"],
    "DELETE FROM ledger_account WHERE customer_id = $1",
  ],
  [
    "an account without customer",
    ["account_without_customer"],
    "DELETE FROM customer WHERE customer_id = $1",
  ],
  [
    "a source that was posted twice",
    ["balance", "chain", "duplicate_source", "duplicate_transfer_id", "seq"],
    again(16, {}),
  ],
  [
    "a key that was used twice",
    ["duplicate_key"],
    "UPDATE ledger_transfer SET idempotency_key = 'same', idempotency_owner = 'operator' WHERE customer_id = $1 AND seq IN (3, 4)",
  ],
  [
    "an id that was given twice",
    ["duplicate_transfer_id"],
    "UPDATE ledger_transfer SET transfer_id = 'trf_same' WHERE customer_id = $1 AND seq IN (16, 17)",
  ],
  [
    "a key of two holds",
    ["duplicate_hold_key"],
    "UPDATE ledger_hold SET idempotency_key = 'same' WHERE customer_id = $1 AND status IN ('open', 'released')",
  ],
  [
    "a key of a hold and a charge",
    ["key_used_twice"],
    "UPDATE ledger_hold h SET idempotency_key = t.idempotency_key FROM ledger_transfer t WHERE h.customer_id = $1 AND h.status = 'open' AND t.customer_id = $1 AND t.seq = 2",
  ],
  [
    "a key of a top-up and a charge",
    ["top_up_key_used_twice"],
    "UPDATE topup_intent i SET idempotency_owner = $1, idempotency_key = t.idempotency_key FROM ledger_transfer t WHERE i.customer_id = $1 AND i.amount_cents = 10000 AND t.customer_id = $1 AND t.seq = 2",
  ],
  [
    "a key of a top-up and a hold",
    ["top_up_key_used_twice"],
    "UPDATE topup_intent i SET idempotency_owner = $1, idempotency_key = h.idempotency_key FROM ledger_hold h WHERE i.customer_id = $1 AND i.amount_cents = 10000 AND h.customer_id = $1 AND h.status = 'open'",
  ],
  [
    "a credit whose top-up is gone",
    ["credit_without_top_up"],
    "DELETE FROM topup_intent WHERE customer_id = $1 AND amount_cents = 10000",
  ],
  [
    "a credit whose top-up only saves a card",
    ["credit_amount", "credit_without_top_up", "top_up_state"],
    topUp("mode = 'setup', amount_cents = NULL"),
  ],
  [
    "a credit that is no top-up's",
    ["credit_without_top_up", "top_up_without_credit", "transfer_source"],
    transfer(1, "source_type = 'grant'"),
  ],
  ["a credit larger than its top-up", ["credit_amount", "top_up_state"], topUp("amount_cents = 9999")],
  [
    "a credit that does not count as credited",
    ["credit_amount", "top_up_state"],
    topUp("credited_at = NULL"),
  ],
  [
    "a credited amount that is not the top-up's",
    ["credit_amount", "top_up_state"],
    topUp("credited_nanos = credited_nanos + 1"),
  ],
  [
    "a credit out of limits",
    ["credit_amount", "credit_limit", "balance", "chain", "rollup_sum"],
    transfer(1, "amount_nanos = 4990000000"),
  ],
  [
    "a credit of broken cents",
    ["credit_amount", "credit_limit", "balance", "chain", "rollup_sum"],
    transfer(1, "amount_nanos = amount_nanos + 1"),
  ],
  [
    "a top-up that was credited twice",
    ["balance", "chain", "credited_twice", "seq", "transfer_source"],
    again(1, { source_revision: 1, transfer_id: "trf_again" }),
  ],
  [
    "a credited top-up whose credit names another",
    ["credit_without_top_up", "top_up_without_credit"],
    transfer(1, "source_id = 'topup_other'"),
  ],
  [
    "a top-up that succeeded without a credit",
    ["top_up_state"],
    "INSERT INTO topup_intent (customer_id, topup_intent_id, mode, status, amount_cents, livemode, request_hash, session_params, session_expires_at) VALUES ($1, 'topup_more', 'payment', 'succeeded', 500, false, '', '{}', now())",
  ],
  [
    "more taken back than was credited",
    ["top_up_reversed", "top_up_reversed_limit"],
    topUp("reversed_nanos = credited_nanos + 1"),
  ],
  ["something taken back that no refund explains", ["top_up_reversed"], topUp("reversed_nanos = 1")],
  [
    "a refund that counts for more than its transfers",
    ["reversal_target", "reversal_transfers", "top_up_reversed"],
    reversal("stripe_refund", "applied_nanos = applied_nanos + 1"),
  ],
  [
    "a refund of more money than it took back of the credit",
    ["reversal_target"],
    reversal("stripe_refund", "effective_cents = effective_cents + 1"),
  ],
  [
    "a dispute that took all the money and nothing of the credit",
    ["reversal_target"],
    reversal("dispute", "effective_cents = charge_cents"),
  ],
  [
    "a refund that is gone",
    ["reversal_transfers", "top_up_reversed"],
    "DELETE FROM reversal WHERE customer_id = $1 AND source_type = 'stripe_refund'",
  ],
  [
    "a refund of a payment that was not credited",
    ["reversal_without_credit", "top_up_reversed"],
    reversal("stripe_refund", "stripe_payment_intent_id = 'pi_other'"),
  ],
  ["a captured hold without a time", ["hold_state"], hold("captured", "closed_at = NULL")],
  ["a released hold with a captured amount", ["hold_state"], hold("released", "captured_nanos = 1")],
  [
    "a captured amount that was not charged",
    ["hold_charge"],
    hold("captured", "captured_nanos = captured_nanos + 1"),
  ],
  [
    "a captured hold that has no charge",
    ["hold_charge"],
    hold("released", "status = 'captured', captured_nanos = amount_nanos"),
  ],
  [
    "a captured hold that was charged twice",
    ["balance", "chain", "hold_charge", "seq"],
    again(7, { source_revision: 1, transfer_id: "chg_again" }),
  ],
  [
    "a charge of a hold that was released",
    ["charge_without_hold"],
    hold("captured", "status = 'released', captured_nanos = NULL"),
  ],
  [
    "a charge of a hold that does not exist",
    ["charge_without_hold", "hold_charge"],
    transfer(7, "source_id = 'hold_none'"),
  ],
  [
    "more given back than was charged",
    ["refund_limit", "refund_sum"],
    refund("refunded_nanos = charged_nanos + 1"),
  ],
  ["a refund that counts for less", ["refund_sum"], refund("refunded_nanos = refunded_nanos - 1")],
  ["a charge that counts for more", ["refund_of_charge"], refund("charged_nanos = charged_nanos + 1")],
  [
    "refunds that nobody counts",
    ["refund_without_charge"],
    "DELETE FROM ledger_charge_refund WHERE customer_id = $1",
  ],
  ["a refund of no charge", ["refund_sum", "refund_without_charge"], transfer(5, "metadata = '{}'")],
  [
    "a refund of what was no charge",
    ["refund_of_charge", "refund_without_charge", "transfer_source"],
    "UPDATE ledger_transfer SET transfer_id = 'chg_other' WHERE customer_id = $1 AND seq = 2",
  ],
  [
    "sums for charts of too much",
    ["rollup_sum"],
    "UPDATE usage_rollup SET amount_nanos = amount_nanos + 1 WHERE customer_id = $1 AND grain = 'hour' AND kind = 'charge'",
  ],
  [
    "sums by day that count too few",
    ["rollup_sum"],
    "UPDATE usage_rollup SET count = count - 1 WHERE customer_id = $1 AND grain = 'day' AND kind = 'charge'",
  ],
  [
    "an hour that names too few numbers",
    ["rollup_numbers"],
    "UPDATE usage_rollup SET last_seq = first_seq WHERE customer_id = $1 AND grain = 'hour'",
  ],
  [
    "sums for charts that are gone",
    ["rollup_sum"],
    "DELETE FROM usage_rollup WHERE customer_id = $1 AND kind = 'expiry'",
  ],
  [
    "a mark behind the last transfer",
    ["rollup_mark"],
    "UPDATE usage_rollup_mark SET seq = 18 WHERE customer_id = $1",
  ],
];

describe("each damage is found, at its customer, by every check that it breaks and no other", () => {
  const customers = new Map<string, CustomerId>();
  const checks = new Map<string | null, string[]>();
  let untouched: CustomerId[];

  async function makeCustomers(waiting: string[]): Promise<void> {
    for (let what = waiting.pop(); what !== undefined; what = waiting.pop()) {
      customers.set(what, await aCustomerWithHistory());
    }
  }

  beforeAll(async () => {
    untouched = [await aCustomerWithHistory()];
    const waiting = DAMAGES.map(([what]) => what);
    // Four at a time: much of it waits for the database.
    await Promise.all([1, 2, 3, 4].map(() => makeCustomers(waiting)));
    untouched.push(await aCustomerWithHistory());
    await rollUpUsage({ worthwhile: 1 });
    const copy = await aCopy();
    await removeGuards(copy.pool, [...HISTORY_TABLES, "stripe_customer", "membership", "api_key"]);
    for (const [what, , sql] of DAMAGES) await copy.pool.query(sql, [customers.get(what)]);
    for (const { check, customerId } of await findingsIn(copy)) {
      checks.set(customerId, [...(checks.get(customerId) ?? []), check]);
    }
  });

  it.each(DAMAGES)("%s", (what, expected) => {
    const found = checks.get(customers.get(what) ?? null) ?? [];

    expect([...found].sort()).toEqual([...expected].sort());
  });

  it("nothing, at customers whose rows were left alone", () => {
    expect(untouched.map((customerId) => checks.get(customerId))).toEqual([undefined, undefined]);
  });

  it("house accounts that no longer balance what the customers have", () => {
    expect(checks.get(null)).toContain("house_total");
  });
});

it("looks at rows that belong to no account, and to nobody after the last one", async () => {
  const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });
  const copy = await aCopy();
  await removeGuards(copy.pool, LEDGER_TABLES);
  await copy.pool.query(
    `INSERT INTO ledger_transfer (customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos,
       house_account, source_type, source_id, occurred_at)
     SELECT id, 2, 'trf_x', 'grant', 'credit', 5, 5, 'promotions', 'grant', 'g', now() FROM (VALUES ('zzz'), ('')) AS ids(id)`,
  );

  const { findings } = await verifyLedger(copy.pool, LEDGER_CHECKS, { pageSize: 1 });

  for (const stray of ["zzz", ""]) {
    const found = findings.filter((finding) => finding.customerId === stray).map(({ check }) => check);
    expect(found.sort()).toEqual(["chain", "transfer_without_account"]);
  }
  expect(findings.filter((finding) => finding.customerId === customerId)).toEqual([]);
});
