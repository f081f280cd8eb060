import { pointBrimAt } from "../ledger/bench-database";
import { chargeBatchByUsage, chargeByUsage } from "../ledger/usage-charge";
import { compare, throughput } from "../measure";
import type { Row } from "../table";
import { type Bench, HOT } from "./bench";

const CLIENTS = 8;

/** How many more charges a second one hot customer takes in batches than one by one. */
export async function measureBatches(bench: Bench): Promise<Row[]> {
  const { url } = await bench.postgres.ledger("batch", bench.scale.ledger);
  await pointBrimAt(url);
  const batches = (size: number) => (ms: number) =>
    throughput(CLIENTS, ms, () => chargeBatchByUsage(HOT, size));
  const measured = await compare(
    [
      { name: "singles", run: (ms) => throughput(CLIENTS, ms, () => chargeByUsage(HOT)) },
      { name: "batches of 100", run: batches(100) },
      { name: "batches of 1,000", run: batches(1_000) },
    ],
    bench.scale,
  );
  const row = (name: string, atLeast?: number): Row => ({
    kind: "ratio",
    name: `items in ${name} : singles, one hot customer, ${CLIENTS} clients`,
    measured: measured.rateOf(name),
    floor: measured.rateOf("singles"),
    ratio: measured.ratio(name, "singles"),
    atLeast,
  });
  return [row("batches of 100"), row("batches of 1,000", 10)];
}
