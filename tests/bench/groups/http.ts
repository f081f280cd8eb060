import { createApiKey } from "@/lib/api-keys";
import type { CustomerId } from "@/lib/platform/ids";
import { type LoadGenerator, startLoadGenerator } from "../http-load/load-generator";
import { provideBuild, type ServerProcess, startBrim, startNextOnly } from "../http-load/servers";
import { chargeBySql } from "../ledger/bare-charge";
import { pointBrimAt } from "../ledger/bench-database";
import { customerNumber } from "../ledger/fill-ledger";
import { type Comparison, type Contender, compare, throughput } from "../measure";
import type { Row } from "../table";
import { anyCustomer, type Bench, HOT } from "./bench";

/** Numbers of connections. The second is used for all comparisons, the others only against bare SQL. */
const CONNECTIONS = [1, 16, 32];
const ALL_AT = 16;

const MAX_MB = 350;

/** Compares a charge over HTTP with bare SQL, with the same handler in Next, and with an empty handler. */
export async function measureHttp(bench: Bench): Promise<Row[]> {
  await provideBuild();
  const { url, bare } = await bench.postgres.ledger("http", bench.scale.ledger);
  await pointBrimAt(url);
  const { secret } = await createApiKey({ customerId: null, name: "bench", scopes: "all" });
  const brim = await startBrim(url);
  const next = await startNextOnly(url);
  const load = await startLoadGenerator();
  try {
    const order = { load, apiKey: secret };
    const all = { ...order, customerIds: customerIdsOf(bench) };
    const one = { ...order, customerIds: [HOT] };
    const options = { ...bench.scale, warmUpMs: bench.scale.longWarmUpMs };
    const rows: Row[] = [];
    for (const connections of CONNECTIONS) {
      const bySql = (name: string, customer: () => CustomerId): Contender => ({
        name,
        run: (ms) => throughput(connections, ms, () => chargeBySql(bare, customer())),
      });
      const contenders = [
        bySql("sql", () => anyCustomer(bench)),
        bySql("sql, one", () => HOT),
        charges("direct", brim, all, connections),
        charges("direct, one", brim, one, connections),
      ];
      if (connections === ALL_AT) {
        contenders.push(
          charges("next", next, all, connections),
          charges("next, one", next, one, connections),
          emptyRequests("direct, empty", brim, load, connections),
          emptyRequests("next, empty", next, load, connections),
        );
      }
      rows.push(...rowsOf(await compare(contenders, options), connections, bench));
    }
    return [...rows, memoryRow(brim)];
  } finally {
    await Promise.all([load.stop(), brim.stop(), next.stop()]);
  }
}

function charges(
  name: string,
  server: ServerProcess,
  { load, ...order }: { load: LoadGenerator; apiKey: string; customerIds: readonly string[] },
  connections: number,
): Contender {
  return { name, run: (ms) => load.run({ ...order, url: server.url, connections, ms }) };
}

function emptyRequests(
  name: string,
  { url }: ServerProcess,
  load: LoadGenerator,
  connections: number,
): Contender {
  return { name, run: (ms) => load.run({ url, connections, ms, apiKey: null, customerIds: [] }) };
}

function rowsOf(measured: Comparison, connections: number, { scale }: Bench): Row[] {
  const row = (title: string, name: string, floor: string, atLeast?: number): Row => ({
    kind: "ratio",
    name: `${title}, ${connections} ${connections === 1 ? "connection" : "connections"}`,
    measured: measured.rateOf(name),
    floor: measured.rateOf(floor),
    ratio: measured.ratio(name, floor),
    atLeast,
  });
  const customers = `${scale.ledger.customers.toLocaleString("en-US")} customers`;
  const bySql = [
    row(`charge over HTTP : bare SQL, ${customers}`, "direct", "sql", 0.4),
    row("charge over HTTP : bare SQL, one busy customer", "direct, one", "sql, one", 0.4),
  ];
  if (connections !== ALL_AT) return bySql;
  return [
    ...bySql,
    row("charge over HTTP : the same as a route of Next, one busy customer", "direct, one", "next, one"),
    row(`charge over HTTP : the same as a route of Next, ${customers}`, "direct", "next"),
    row("charge over HTTP : an empty handler", "direct", "direct, empty"),
    row("empty handler : the same as a route of Next", "direct, empty", "next, empty"),
  ];
}

function memoryRow(brim: ServerProcess): Row {
  const used = brim.residentMb();
  const measured = { median: used, min: used, max: used };
  return { kind: "limit", name: "memory of the server after this load", measured, unit: "MB", below: MAX_MB };
}

function customerIdsOf({ scale }: Bench): string[] {
  return Array.from({ length: scale.ledger.customers }, (_, index) => customerNumber(index + 1));
}
