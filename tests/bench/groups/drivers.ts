import { CHARGE } from "@/lib/ledger";
import { prisma, withTransaction } from "@/lib/platform/db";
import { chargeBySql, chargeValues } from "../ledger/bare-charge";
import { pointBrimAt } from "../ledger/bench-database";
import { compare, throughput } from "../measure";
import type { Row } from "../table";
import { anyCustomer, type Bench } from "./bench";

const CLIENTS = 16;

/** Measures the same statement through three drivers, which shows why charges do not use Prisma. */
export async function measureDrivers(bench: Bench): Promise<Row[]> {
  const { url, bare } = await bench.postgres.ledger("drivers", bench.scale.ledger);
  await pointBrimAt(url);
  const run = (work: () => Promise<unknown>) => (ms: number) =>
    throughput(CLIENTS, ms, async () => {
      await work();
      return 1;
    });
  const values = () => chargeValues(anyCustomer(bench));
  const ways = {
    pg: () => chargeBySql(bare, anyCustomer(bench)),
    "Prisma's $queryRawUnsafe": () => prisma().$queryRawUnsafe(CHARGE.text, ...values()),
    "an interactive transaction of Prisma": () =>
      withTransaction((tx) => tx.$queryRawUnsafe(CHARGE.text, ...values())),
  };
  const measured = await compare(
    Object.entries(ways).map(([name, work]) => ({ name, run: run(work) })),
    bench.scale,
  );
  return Object.keys(ways)
    .filter((name) => name !== "pg")
    .map((name) => ({
      kind: "ratio",
      name: `charge by ${name} : bare SQL, ${CLIENTS} clients`,
      measured: measured.rateOf(name),
      floor: measured.rateOf("pg"),
      ratio: measured.ratio(name, "pg"),
    }));
}
