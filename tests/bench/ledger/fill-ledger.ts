import type pg from "pg";

/** Number of rows in a generated ledger. */
export interface LedgerSize {
  customers: number;
  /** Transfers per customer. The first is a grant of a million dollars. */
  transfersEach: number;
  /** Transfers of one additional customer, who has by far the most. */
  busyTransfers: number;
}

/** Returns the total number of transfers. */
export function totalOf({ customers, transfersEach, busyTransfers }: LedgerSize): number {
  return customers * transfersEach + busyTransfers;
}

/** Number of statements that fill a ledger: enough to interleave the rows of the customers, as in production. */
const STEPS = 20;

/** Returns the id of the n-th customer. The busy one is number zero. */
export function customerNumber(n: number): `cust_${string}` {
  return `cust_${n.toString(16).padStart(26, "0")}`;
}

/** Creates customers and transfers with real INSERTs, so that every constraint and index is used as for a single charge. */
export async function fillLedger(database: pg.Pool, size: LedgerSize): Promise<void> {
  await insertCustomers(database, size.customers);
  const allCustomers = { first: 1, last: size.customers, transfers: size.transfersEach };
  const busy = { first: 0, last: 0, transfers: size.busyTransfers };
  for (let step = 1; step <= STEPS; step++) {
    await postCharges(database, allCustomers, step);
    await postCharges(database, busy, step);
  }
  await database.query("VACUUM (ANALYZE)");
}

/** Returns the share of one step, so that all steps add up to exactly `total`. */
function shareOf(total: number, step: number): number {
  return Math.floor((total * step) / STEPS) - Math.floor((total * (step - 1)) / STEPS);
}

/** Creates customers starting at 0, each with a grant of a million dollars. */
async function insertCustomers(database: pg.Pool, last: number): Promise<void> {
  await database.query(
    `WITH named AS (
       INSERT INTO customer (customer_id, name, email)
       SELECT 'cust_' || lpad(to_hex(n), 26, '0'), 'Customer ' || n, 'customer' || n || '@example.com'
       FROM generate_series(0, $1::int) AS n
       RETURNING customer_id
     ), account AS (
       INSERT INTO ledger_account (customer_id, balance_nanos, last_seq)
       SELECT customer_id, 1000000000000000, 1 FROM named
       RETURNING customer_id, balance_nanos
     )
     INSERT INTO ledger_transfer (customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos,
       house_account, source_type, source_id, occurred_at, created_at)
     SELECT customer_id, 1, 'trf_' || substr(customer_id, 6), 'grant', 'credit', balance_nanos, balance_nanos,
            'promotions', 'grant', customer_id, now() - interval '30 days', now() - interval '30 days'
     FROM account`,
    [last],
  );
}

/** A range of customers, and the final number of transfers of each. */
interface Group {
  first: number;
  last: number;
  transfers: number;
}

/** Posts one step's charges of a group, a millionth of a dollar each, alternating between customers. */
async function postCharges(database: pg.Pool, group: Group, step: number): Promise<void> {
  const count = shareOf(group.transfers - 1, step);
  if (count === 0) return;
  await database.query(
    `WITH account AS (
       UPDATE ledger_account SET balance_nanos = balance_nanos - $3::int * 1000, last_seq = last_seq + $3::int
       WHERE customer_id BETWEEN $1 AND $2
       RETURNING customer_id, last_seq - $3::int AS seq_before, balance_nanos + $3::int * 1000 AS balance_before
     )
     INSERT INTO ledger_transfer (customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos,
       house_account, source_type, source_id, idempotency_owner, idempotency_key, request_hash, api_key_id,
       occurred_at, created_at)
     SELECT customer_id, seq, charge.id, 'charge', 'debit', 1000, balance_before - n * 1000,
            'revenue', 'charge', charge.id, 'operator', md5(charge.id || customer_id)::uuid::text,
            left(md5(charge.id) || md5(customer_id), 43), 'key_00000000000000000000000000', at, at
     FROM account, generate_series(1, $3::int) AS n,
          LATERAL (SELECT seq_before + n AS seq, now() - interval '29 days' * (1 - (seq_before + n) / $4::float8) AS at) AS place,
          LATERAL (SELECT 'chg_' || lpad(to_hex(seq), 12, '0') || substr(md5(customer_id || seq), 1, 14) AS id) AS charge
     ORDER BY n, customer_id`,
    [customerNumber(group.first), customerNumber(group.last), count, group.transfers],
  );
}
