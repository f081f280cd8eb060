import { listRecords } from "@/lib/ledger";
import { readUsageCost, readUsageTotals, rollUpUsage, usageSpan } from "@/lib/usage";
import { chargeBySql } from "../ledger/bare-charge";
import { type LedgerDatabase, pointBrimAt } from "../ledger/bench-database";
import { type LedgerSize, totalOf } from "../ledger/fill-ledger";
import { compare, medianMs, throughput } from "../measure";
import { type Spread, spreadOf } from "../spread";
import type { Row } from "../table";
import { anyCustomer, type Bench, HOT } from "./bench";

const CLIENTS = 16;
const PAGE = 20;

/** Measures whether a ledger with millions of transfers is as fast as an empty one. */
export async function measureGrowth(bench: Bench): Promise<Row[]> {
  const { ledger, grown } = bench.scale;
  const small = await bench.postgres.ledger("small", ledger);
  // Named by its size, so that a quick run does not replace the ledger of a full run.
  const large = await bench.postgres.ledger(`large_${totalOf(grown)}`, grown, { isKept: true });
  return [
    await measureChargeRate(bench, small, large),
    ...(await measureReads(bench, small, ledger)),
    ...(await measureReads(bench, large, grown)),
  ];
}

/** Measures bare SQL, because only the database's work grows. */
async function measureChargeRate(bench: Bench, small: LedgerDatabase, large: LedgerDatabase): Promise<Row> {
  const charge = (database: LedgerDatabase) => (ms: number) =>
    throughput(CLIENTS, ms, () => chargeBySql(database.bare, anyCustomer(bench)));
  const measured = await compare(
    [
      { name: "large", run: charge(large) },
      { name: "small", run: charge(small) },
    ],
    { ...bench.scale, warmUpMs: bench.scale.longWarmUpMs },
  );
  return {
    kind: "ratio",
    name: `charges in a table of ${sizeOf(bench.scale.grown)} : of ${sizeOf(bench.scale.ledger)}, ${CLIENTS} clients`,
    measured: measured.rateOf("large"),
    floor: measured.rateOf("small"),
    ratio: measured.ratio("large", "small"),
    atLeast: 0.9,
  };
}

/** Measures sequential reads of the customer with the most transfers, including the round trip to the database. */
async function measureReads(bench: Bench, database: LedgerDatabase, size: LedgerSize): Promise<Row[]> {
  await pointBrimAt(database.url);
  await rollUpUsage({ worthwhile: size.busyTransfers }); // other customers are not read here
  const now = new Date();
  const timed = (name: string, work: () => Promise<unknown>, below?: number) =>
    timeReads(bench, `${name}, table of ${sizeOf(size)}`, work, below);
  const middle = String(Math.floor(size.busyTransfers / 2));
  const month = usageSpan({ from: new Date(now.getTime() - 30 * 86_400_000) }, now);
  return [
    await timed("newest page of records", () => listRecords(HOT, { limit: PAGE }), 5),
    await timed("page in the middle", () => listRecords(HOT, { limit: PAGE, before: middle }), 5),
    await timed("page of any customer", () => listRecords(anyCustomer(bench), { limit: PAGE }), 5),
    await timed("page of rare kinds", () => listRecords(HOT, { limit: PAGE, kinds: ["grant", "refund"] }), 5),
    await timed("/usage of 30 days", () => readUsageTotals(HOT, month)),
    await timed("/usage/cost of a day", () => readUsageCost(HOT, "day", now)),
    await timed("/usage/cost of a month", () => readUsageCost(HOT, "month", now)),
  ];
}

async function timeReads(
  { scale }: Bench,
  name: string,
  work: () => Promise<unknown>,
  below?: number,
): Promise<Row> {
  await medianMs(scale.reads, work); // warms up prepared statements and caches
  const rounds: number[] = [];
  for (let round = 0; round < scale.rounds; round++) rounds.push(await medianMs(scale.reads, work));
  const measured: Spread = spreadOf(rounds);
  return { kind: "limit", name, measured, unit: "ms", below };
}

function sizeOf(size: LedgerSize): string {
  return totalOf(size).toLocaleString("en-US");
}
