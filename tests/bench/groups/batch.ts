import { chargeBySql } from "../ledger/bare-charge";
import { pointBrimAt } from "../ledger/bench-database";
import { chargeBatchByUsage, chargeByUsage } from "../ledger/usage-charge";
import { compare, throughput } from "../measure";
import type { Row } from "../table";
import { type Bench, HOT } from "./bench";

const CLIENTS = 8;

/** Concurrent requests of a busy customer. */
const AT_ONCE = 64;

/** Measures the throughput of one customer with batches and with concurrent charges, relative to single charges. */
export async function measureBatches(bench: Bench): Promise<Row[]> {
  const { url, bare } = await bench.postgres.ledger("batch", bench.scale.ledger);
  await pointBrimAt(url);
  const batches = (size: number) => (ms: number) =>
    throughput(CLIENTS, ms, () => chargeBatchByUsage(HOT, size));
  const measured = await compare(
    [
      { name: "singles", run: (ms) => throughput(CLIENTS, ms, () => chargeBySql(bare, HOT)) },
      { name: "charges at once", run: (ms) => throughput(AT_ONCE, ms, () => chargeByUsage(HOT)) },
      { name: "batches of 100", run: batches(100) },
      { name: "batches of 1,000", run: batches(1_000) },
    ],
    bench.scale,
  );
  const row = (title: string, name: string, atLeast?: number): Row => ({
    kind: "ratio",
    name: `${title} : a statement for each, one hot customer, ${CLIENTS} clients`,
    measured: measured.rateOf(name),
    floor: measured.rateOf("singles"),
    ratio: measured.ratio(name, "singles"),
    atLeast,
  });
  return [
    row(`${AT_ONCE} charges at once, written together`, "charges at once"),
    row("items in batches of 100", "batches of 100"),
    row("items in batches of 1,000", "batches of 1,000", 10),
  ];
}
