import { randomUUID } from "node:crypto";
import type pg from "pg";
import { SESSION_SETTINGS } from "./session";

/** Behind a transaction pooler with a single server connection, the second transaction would wait forever. */
const PROBE_TIMEOUT_MS = 5_000;

const PROBE = `
  SELECT current_user AS role, current_database() AS database,
    current_setting('brim.session', true) AS session,
    (SELECT json_object_agg(name, reset_val) FROM pg_settings) AS defaults`;

interface ProbeRow {
  role: string;
  database: string;
  session: string | null;
  defaults: Record<string, string>;
}

/**
 * Proves that session settings persist over several transactions. A transaction pooler may give each transaction another
 * server session; then what Brim needs must be the default there.
 *
 * @param clients two connections of the same pool, in no transaction
 * @returns one line for each problem, with what to do; empty if there is none
 */
export async function findSessionProblems(
  clients: readonly [pg.ClientBase, pg.ClientBase],
  { preparedStatements }: { preparedStatements: boolean },
): Promise<string[]> {
  const { isKept, probes } = await probe(clients);
  if (isKept) return [];
  const problems = linesToRun(probes);
  if (preparedStatements) {
    problems.unshift(
      "DATABASE_URL leads to a transaction pooler, which may not know prepared statements: add pgbouncer=true to it.",
    );
  }
  return problems;
}

/** Tells whether each connection has a server session of its own, as it does without a transaction pooler. */
export async function keepsSessions(clients: readonly [pg.ClientBase, pg.ClientBase]): Promise<boolean> {
  return (await probe(clients)).isKept;
}

async function probe([one, other]: readonly [pg.ClientBase, pg.ClientBase]) {
  const [markOfOne, markOfOther] = [randomUUID(), randomUUID()];
  await query(one, `SELECT set_config('brim.session', '${markOfOne}', false)`);
  await query(other, `SELECT set_config('brim.session', '${markOfOther}', false)`);
  // Two concurrent transactions cannot share a server session: if the marks are not kept, one of them notices.
  const probes: ProbeRow[] = [];
  try {
    for (const client of [one, other]) {
      await query(client, "BEGIN");
      probes.push(...(await query<ProbeRow>(client, PROBE)));
    }
  } finally {
    for (const client of [one, other]) await query(client, "ROLLBACK");
  }
  const isKept = probes[0]?.session === markOfOne && probes[1]?.session === markOfOther;
  return { isKept, probes };
}

function linesToRun(probes: readonly ProbeRow[]): string[] {
  const [first] = probes;
  if (!first) return [];
  const wrong = Object.entries(SESSION_SETTINGS).filter(([name, value]) =>
    probes.some(({ defaults }) => defaults[name] !== value),
  );
  if (wrong.length === 0) return [];
  const who = `${quoted(first.role)} IN DATABASE ${quoted(first.database)}`;
  return [
    "The pooler does not keep what a session sets. Run these lines, then let the pooler connect anew (RECONNECT):",
    ...wrong.map(
      ([name, value]) =>
        `  ALTER ROLE ${who} SET ${name} = ${name === "search_path" ? value : `'${value}'`};`,
    ),
  ];
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function query<Row extends pg.QueryResultRow>(client: pg.ClientBase, text: string): Promise<Row[]> {
  const config = { text, query_timeout: PROBE_TIMEOUT_MS };
  return (await client.query<Row>(config)).rows;
}
