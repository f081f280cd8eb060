import type pg from "pg";
import { pointBrimAt } from "../ledger/bench-database";
import { customerNumber } from "../ledger/fill-ledger";
import { chargeByUsage } from "../ledger/usage-charge";
import { compare, throughput } from "../measure";
import type { Row } from "../table";
import type { Bench } from "./bench";

const CLIENTS = 8;

/** Thresholds above and below every customer's balance. */
const NEVER_ABOVE = "8000000000000000000";
const NEVER_BELOW = "0";

/** Checks that a customer below its auto top-up threshold is as fast as others: only crossing it enqueues a job. */
export async function measureThreshold(bench: Bench): Promise<Row[]> {
  const { url, bare } = await bench.postgres.ledger("threshold", bench.scale.ledger);
  await pointBrimAt(url);
  const half = bench.scale.ledger.customers / 2;
  await setThreshold(bare, [1, half], NEVER_ABOVE);
  await setThreshold(bare, [half + 1, 2 * half], NEVER_BELOW);
  const charge = (from: number) => (ms: number) =>
    throughput(CLIENTS, ms, () => chargeByUsage(customerNumber(from + Math.floor(Math.random() * half))));
  const measured = await compare(
    [
      { name: "below", run: charge(1) },
      { name: "above", run: charge(half + 1) },
    ],
    bench.scale,
  );
  return [
    {
      kind: "ratio",
      name: `below the auto top-up threshold : above it, ${CLIENTS} clients`,
      measured: measured.rateOf("below"),
      floor: measured.rateOf("above"),
      ratio: measured.ratio("below", "above"),
      atLeast: 0.9,
    },
  ];
}

async function setThreshold(database: pg.Pool, [first, last]: [number, number], nanos: string) {
  await database.query(
    "UPDATE ledger_account SET auto_topup_threshold_nanos = $3::bigint WHERE customer_id BETWEEN $1 AND $2",
    [customerNumber(first), customerNumber(last), nanos],
  );
}
