import { chargeBySql } from "../ledger/bare-charge";
import { pointBrimAt } from "../ledger/bench-database";
import { chargeByUsage } from "../ledger/usage-charge";
import { type Comparison, compare, throughput } from "../measure";
import type { Row } from "../table";
import { anyCustomer, type Bench, HOT } from "./bench";

const CLIENTS = [1, 8, 32];

/** Measures the overhead of `lib/usage` over its SQL statement, with many customers and with one. */
export async function measureCharges(bench: Bench): Promise<Row[]> {
  const { url, bare } = await bench.postgres.ledger("charge", bench.scale.ledger);
  await pointBrimAt(url);
  const rows: Row[] = [];
  for (const clients of CLIENTS) {
    const many = () => anyCustomer(bench);
    const measured = await compare(
      [
        { name: "usage, many", run: (ms) => throughput(clients, ms, () => chargeByUsage(many())) },
        { name: "sql, many", run: (ms) => throughput(clients, ms, () => chargeBySql(bare, many())) },
        { name: "usage, hot", run: (ms) => throughput(clients, ms, () => chargeByUsage(HOT)) },
        { name: "sql, hot", run: (ms) => throughput(clients, ms, () => chargeBySql(bare, HOT)) },
      ],
      bench.scale,
    );
    rows.push(...rowsOf(measured, `${clients} ${clients === 1 ? "client" : "clients"}`, bench));
  }
  return rows;
}

function rowsOf(measured: Comparison, clients: string, { scale }: Bench): Row[] {
  const row = (title: string, name: string, floor: string, atLeast?: number): Row => ({
    kind: "ratio",
    name: `${title}, ${clients}`,
    measured: measured.rateOf(name),
    floor: measured.rateOf(floor),
    ratio: measured.ratio(name, floor),
    atLeast,
  });
  const customers = scale.ledger.customers.toLocaleString("en-US");
  return [
    row(`charge by lib/usage : bare SQL, ${customers} customers`, "usage, many", "sql, many", 0.85),
    row("charge by lib/usage : bare SQL, one hot customer", "usage, hot", "sql, hot", 0.85),
    row(`one hot customer : ${customers} customers`, "usage, hot", "usage, many"),
  ];
}
