import { createApiKey } from "@/lib/api-keys";
import { type LoadGenerator, startLoadGenerator } from "../http-load/load-generator";
import { provideBuild, type ServerProcess, startBrim, startNextOnly } from "../http-load/servers";
import { chargeBySql } from "../ledger/bare-charge";
import { pointBrimAt } from "../ledger/bench-database";
import { customerNumber } from "../ledger/fill-ledger";
import { type Comparison, type Contender, compare, throughput } from "../measure";
import type { Row } from "../table";
import { anyCustomer, type Bench } from "./bench";

/** Connections at once; all the comparisons are made with the second, the others only against the bare SQL. */
const CONNECTIONS = [1, 16, 32];
const ALL_AT = 16;

const MAX_MB = 350;

/** A charge over HTTP, against the bare SQL, against the same handler inside Next, and against doing nothing. */
export async function measureHttp(bench: Bench): Promise<Row[]> {
  await provideBuild();
  const { url, bare } = await bench.postgres.ledger("http", bench.scale.ledger);
  await pointBrimAt(url);
  const { secret } = await createApiKey({ customerId: null, name: "bench", scopes: "all" });
  const brim = await startBrim(url);
  const next = await startNextOnly(url);
  const load = await startLoadGenerator();
  try {
    const requests = { load, apiKey: secret, customerIds: customerIdsOf(bench) };
    const options = { ...bench.scale, warmUpMs: bench.scale.longWarmUpMs };
    const rows: Row[] = [];
    for (const connections of CONNECTIONS) {
      const contenders: Contender[] = [
        {
          name: "sql",
          run: (ms) => throughput(connections, ms, () => chargeBySql(bare, anyCustomer(bench))),
        },
        charges("direct", brim, requests, connections),
      ];
      if (connections === ALL_AT) {
        contenders.push(
          charges("next", next, requests, connections),
          emptyRequests("direct, empty", brim, load, connections),
          emptyRequests("next, empty", next, load, connections),
        );
      }
      rows.push(...rowsOf(await compare(contenders, options), connections));
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

function rowsOf(measured: Comparison, connections: number): Row[] {
  const row = (title: string, name: string, floor: string, atLeast?: number): Row => ({
    kind: "ratio",
    name: `${title}, ${connections} ${connections === 1 ? "connection" : "connections"}`,
    measured: measured.rateOf(name),
    floor: measured.rateOf(floor),
    ratio: measured.ratio(name, floor),
    atLeast,
  });
  const bySql = row("charge over HTTP : bare SQL", "direct", "sql", 0.4);
  if (connections !== ALL_AT) return [bySql];
  return [
    bySql,
    row("charge over HTTP : the same as a route of Next", "direct", "next", 4),
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
