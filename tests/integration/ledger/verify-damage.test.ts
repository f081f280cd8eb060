import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LEDGER_CHECKS } from "@/lib/commands/all-ledger-checks";
import { createCustomer } from "@/lib/customers";
import { type Finding, verifyLedger } from "@/lib/ledger";
import { closeDatabase } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { rollUpUsage } from "@/lib/usage";
import { copyToDamage, type DamagedCopy, removeGuards } from "@/tests/support/damaged-copy";
import { aCustomerWithHistory } from "@/tests/support/ledger-history";
import { testDatabase } from "@/tests/support/settings";

/** The tables of the ledger. */
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
  await closeDatabase(); // Postgres copies only databases without connections
  const copy = await copyToDamage();
  copies.push(copy);
  return copy;
}

async function findingsIn(copy: DamagedCopy): Promise<Finding[]> {
  return (await verifyLedger(copy.pool, LEDGER_CHECKS, { maxFindings: Number.POSITIVE_INFINITY })).findings;
}

/** Inserts a copy of one of the customer's transfers with the next number. */
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

/** Damage to a customer's rows, and every check that must report it. The numbers are those of `aCustomerWithHistory`. */
const DAMAGES: [what: string, checks: string[], sql: string][] = [
  ["a balance that is one nano too high", ["balance"], account("balance_nanos = balance_nanos + 1")],
  ["a balance out of range", ["account_limits", "balance"], account("balance_nanos = 9000000000000000001")],
  ["an unknown status", ["account_limits"], account("status = 'asleep'")],
  ["a held amount without a hold", ["held"], account("held_nanos = held_nanos + 1")],
  ["a negative held amount", ["account_limits", "held"], account("held_nanos = -1")],
  ["a hold with a reduced amount", ["held"], hold("open", "amount_nanos = 1")],
  ["a last sequence number that is too high", ["seq"], account("last_seq = last_seq + 1")],
  ["a last sequence number that is too low", ["rollup_mark", "seq"], account("last_seq = last_seq - 1")],
  [
    "a missing last transfer",
    ["balance", "rollup_sum", "seq"],
    "DELETE FROM ledger_transfer WHERE customer_id = $1 AND seq = 17",
  ],
  [
    "a missing first transfer",
    ["balance", "chain", "rollup_sum", "seq", "top_up_without_credit"],
    "DELETE FROM ledger_transfer WHERE customer_id = $1 AND seq = 1",
  ],
  [
    "a missing transfer in between",
    ["balance", "chain", "rollup_sum", "seq"],
    "DELETE FROM ledger_transfer WHERE customer_id = $1 AND seq = 14",
  ],
  [
    "two transfers with swapped sequence numbers",
    ["chain"],
    "UPDATE ledger_transfer SET seq = 31 - seq WHERE customer_id = $1 AND seq IN (15, 16)",
  ],
  ["a changed resulting balance", ["chain"], transfer(14, "balance_after_nanos = balance_after_nanos + 1")],
  [
    "a charge with a reduced amount",
    ["balance", "chain", "rollup_sum"],
    transfer(3, "amount_nanos = amount_nanos - 1"),
  ],
  [
    "a negative amount",
    ["balance", "chain", "rollup_sum", "transfer_amount"],
    transfer(16, "amount_nanos = -amount_nanos"),
  ],
  [
    "an amount out of range",
    ["balance", "chain", "rollup_sum", "transfer_amount"],
    transfer(14, "amount_nanos = 9223372036854775807"),
  ],
  [
    "a transfer with the opposite direction",
    ["balance", "chain", "rollup_sum"],
    transfer(14, "direction = 'debit'"),
  ],
  ["a negative resulting held amount", ["transfer_amount"], transfer(3, "held_after_nanos = -1")],
  ["an unknown kind", ["rollup_sum", "transfer_kind", "transfer_source"], transfer(16, "kind = 'gift'")],
  ["the wrong house account for the kind", ["transfer_kind"], transfer(3, "house_account = 'promotions'")],
  ["a negative revision", ["transfer_source"], transfer(16, "source_revision = -1")],
  ["a credit with a second revision", ["transfer_source"], transfer(1, "source_revision = 1")],
  ["a charge with another charge as its source", ["transfer_source"], transfer(3, "source_id = 'chg_other'")],
  ["a charge with a revised source", ["transfer_source"], transfer(3, "source_revision = 1")],
  [
    "a grant with a charge as its source",
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
  ["a hold with a key but no hash", ["hold_state"], hold("open", "request_hash = NULL")],
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
  ["a refund with a top-up as its source", ["transfer_source"], transfer(5, "source_type = 'topup'")],
  [
    "a capture far above its hold, beyond what was available",
    ["balance", "capture_above_hold", "chain", "hold_charge", "rollup_sum"],
    transfer(7, "amount_nanos = 900000000000, balance_after_nanos = -800000000000"),
  ],
  [
    "usage rollups without their mark",
    ["rollup_without_mark"],
    "DELETE FROM usage_rollup_mark WHERE customer_id = $1",
  ],
  [
    "a customer's charge above the available balance",
    ["overdraft"],
    transfer(2, "held_after_nanos = balance_after_nanos + 1"),
  ],
  [
    "transfers of a customer without an account",
    ["hold_without_account", "customer_without_account", "rollup_mark", "transfer_without_account"],
    "DELETE FROM ledger_account WHERE customer_id = $1",
  ],
  [
    "an account without a customer",
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
    "a duplicate transfer ID",
    ["duplicate_transfer_id"],
    "UPDATE ledger_transfer SET transfer_id = 'trf_same' WHERE customer_id = $1 AND seq IN (16, 17)",
  ],
  [
    "a key used by two holds",
    ["duplicate_hold_key"],
    "UPDATE ledger_hold SET idempotency_key = 'same' WHERE customer_id = $1 AND status IN ('open', 'released')",
  ],
  [
    "a key used by a hold and a charge",
    ["key_used_twice"],
    "UPDATE ledger_hold h SET idempotency_key = t.idempotency_key FROM ledger_transfer t WHERE h.customer_id = $1 AND h.status = 'open' AND t.customer_id = $1 AND t.seq = 2",
  ],
  [
    "a key used by a top-up and a charge",
    ["top_up_key_used_twice"],
    "UPDATE topup_intent i SET idempotency_owner = $1, idempotency_key = t.idempotency_key FROM ledger_transfer t WHERE i.customer_id = $1 AND i.amount_cents = 10000 AND t.customer_id = $1 AND t.seq = 2",
  ],
  [
    "a key used by a top-up and a hold",
    ["top_up_key_used_twice"],
    "UPDATE topup_intent i SET idempotency_owner = $1, idempotency_key = h.idempotency_key FROM ledger_hold h WHERE i.customer_id = $1 AND i.amount_cents = 10000 AND h.customer_id = $1 AND h.status = 'open'",
  ],
  [
    "a credit whose top-up is missing",
    ["credit_without_top_up"],
    "DELETE FROM topup_intent WHERE customer_id = $1 AND amount_cents = 10000",
  ],
  [
    "a credit whose top-up only saves a card",
    ["credit_amount", "credit_without_top_up", "top_up_state"],
    topUp("mode = 'setup', amount_cents = NULL"),
  ],
  [
    "a credit without a top-up",
    ["credit_without_top_up", "top_up_without_credit", "transfer_source"],
    transfer(1, "source_type = 'grant'"),
  ],
  ["a credit larger than its top-up", ["credit_amount", "top_up_state"], topUp("amount_cents = 9999")],
  [
    "a credit whose top-up is not marked as credited",
    ["credit_amount", "top_up_state"],
    topUp("credited_at = NULL"),
  ],
  [
    "a credited amount that differs from the top-up",
    ["credit_amount", "top_up_state"],
    topUp("credited_nanos = credited_nanos + 1"),
  ],
  [
    "a credit outside the limits",
    ["credit_amount", "credit_limit", "balance", "chain", "rollup_sum"],
    transfer(1, "amount_nanos = 4990000000"),
  ],
  [
    "a credit with fractions of a cent",
    ["credit_amount", "credit_limit", "balance", "chain", "rollup_sum"],
    transfer(1, "amount_nanos = amount_nanos + 1"),
  ],
  [
    "a top-up that was credited twice",
    ["balance", "chain", "credited_twice", "seq", "transfer_source"],
    again(1, { source_revision: 1, transfer_id: "trf_again" }),
  ],
  [
    "a credited top-up whose credit references another",
    ["credit_without_top_up", "top_up_without_credit"],
    transfer(1, "source_id = 'topup_other'"),
  ],
  [
    "a top-up that succeeded without a credit",
    ["top_up_state"],
    "INSERT INTO topup_intent (customer_id, topup_intent_id, mode, status, amount_cents, livemode, request_hash, session_params, session_expires_at) VALUES ($1, 'topup_more', 'payment', 'succeeded', 500, false, '', '{}', now())",
  ],
  [
    "more reversed than was credited",
    ["top_up_reversed", "top_up_reversed_limit"],
    topUp("reversed_nanos = credited_nanos + 1"),
  ],
  ["a reversed amount without a refund", ["top_up_reversed"], topUp("reversed_nanos = 1")],
  [
    "a refund whose applied amount exceeds its transfers",
    ["reversal_target", "reversal_transfers", "top_up_reversed"],
    reversal("stripe_refund", "applied_nanos = applied_nanos + 1"),
  ],
  [
    "a refund that reversed too little of the credit",
    ["reversal_target"],
    reversal("stripe_refund", "effective_cents = effective_cents + 1"),
  ],
  [
    "a dispute that reversed nothing of the credit",
    ["reversal_target"],
    reversal("dispute", "effective_cents = charge_cents"),
  ],
  [
    "a missing refund",
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
    "a captured hold without a charge",
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
    "more refunded than was charged",
    ["refund_limit", "refund_sum"],
    refund("refunded_nanos = charged_nanos + 1"),
  ],
  ["a refunded total that is too low", ["refund_sum"], refund("refunded_nanos = refunded_nanos - 1")],
  ["a charged total that is too high", ["refund_of_charge"], refund("charged_nanos = charged_nanos + 1")],
  [
    "refunds without a refunded total",
    ["refund_without_charge"],
    "DELETE FROM ledger_charge_refund WHERE customer_id = $1",
  ],
  ["a refund without a charge", ["refund_sum", "refund_without_charge"], transfer(5, "metadata = '{}'")],
  [
    "a refund of a transfer that is not a charge",
    ["refund_of_charge", "refund_without_charge", "transfer_source"],
    "UPDATE ledger_transfer SET transfer_id = 'chg_other' WHERE customer_id = $1 AND seq = 2",
  ],
  [
    "usage rollups that are too high",
    ["rollup_sum"],
    "UPDATE usage_rollup SET amount_nanos = amount_nanos + 1 WHERE customer_id = $1 AND grain = 'hour' AND kind = 'charge'",
  ],
  [
    "daily rollups that count too few charges",
    ["rollup_sum"],
    "UPDATE usage_rollup SET count = count - 1 WHERE customer_id = $1 AND grain = 'day' AND kind = 'charge'",
  ],
  [
    "an hourly rollup whose sequence range is too short",
    ["rollup_numbers"],
    "UPDATE usage_rollup SET last_seq = first_seq WHERE customer_id = $1 AND grain = 'hour'",
  ],
  [
    "missing usage rollups",
    ["rollup_sum"],
    "DELETE FROM usage_rollup WHERE customer_id = $1 AND kind = 'expiry'",
  ],
  [
    "a rollup mark beyond the last transfer",
    ["rollup_mark"],
    "UPDATE usage_rollup_mark SET seq = 18 WHERE customer_id = $1",
  ],
];

describe("each damage is reported for its customer, by every check that it violates and no other", () => {
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
    // Four at a time: most of the time is spent waiting for the database.
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

  it("reports nothing for undamaged customers", () => {
    expect(untouched.map((customerId) => checks.get(customerId))).toEqual([undefined, undefined]);
  });

  it("reports house accounts that do not balance the customer accounts", () => {
    expect(checks.get(null)).toContain("house_total");
  });
});

it("checks rows without an account, including those after the last account", async () => {
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
