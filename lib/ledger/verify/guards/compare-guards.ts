import type { ClientBase, Pool } from "pg";
import { type MigrationFile, readMigrations } from "@/lib/platform/migrations";
import type { Finding } from "../finding";
import { expectedDefinitions, SCRATCH_SCHEMA } from "./expected-definitions";
import { type Definition, type GuardKind, readDefinitions } from "./read-definitions";

/** The definitions that this database must have. */
export interface ExpectedGuards {
  /** Two accepted lists: as the migrations leave the definitions, and as a restored dump has them. */
  definitions: Definition[][];
  /** Problems that were found while the definitions were built. */
  findings: Finding[];
}

/** Kinds with effects of their own: an unknown one is as wrong as a missing one. */
const ACTIVE_KINDS: ReadonlySet<GuardKind> = new Set(["trigger", "rule"]);

/** The role may not create a schema, or the server takes no writes. */
const CANNOT_BUILD = new Set(["42501", "25006"]);

/** Returns what the definitions must be, from the migrations that the database has. */
export async function expectGuards(pool: Pool): Promise<ExpectedGuards> {
  const files = await readMigrations();
  const applied = await readApplied(pool);
  const missing = files.filter(({ name }) => !applied.has(name)).map(({ name }) => name);
  const unknown = [...applied].filter((name) => !files.some((file) => file.name === name));
  if (unknown.length > 0) {
    const message = `The database has migrations that this version of Brim does not know, so its constraints, triggers and functions were not compared: ${unknown.join(", ")}.`;
    return { definitions: [], findings: [databaseFinding("migrations", null, message)] };
  }
  const findings =
    missing.length > 0
      ? [databaseFinding("migrations", null, `These migrations are missing: ${missing.join(", ")}.`)]
      : [];
  return build(
    pool,
    files.filter(({ name }) => applied.has(name)),
    findings,
  );
}

async function build(
  pool: Pool,
  migrations: readonly MigrationFile[],
  findings: Finding[],
): Promise<ExpectedGuards> {
  try {
    return { definitions: await expectedDefinitions(pool, migrations), findings };
  } catch (error) {
    const { code, message: reason } = error as { code?: string; message?: string };
    if (!CANNOT_BUILD.has(code ?? "")) throw error;
    const message = `The constraints, triggers and functions were not compared, because the role cannot create a schema to compare with: ${reason}. Run \`GRANT CREATE ON DATABASE … TO …\`, or verify with the role that owns the database.`;
    return {
      definitions: [],
      findings: [...findings, databaseFinding("guards_not_compared", null, message)],
    };
  }
}

async function readApplied(pool: Pool): Promise<Set<string>> {
  const record = await pool.query<{ found: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found",
  );
  if (!record.rows[0]?.found) return new Set();
  const { rows } = await pool.query<{ migration_name: string }>(
    "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
  );
  return new Set(rows.map((row) => row.migration_name));
}

/**
 * Compares the definition of every guard of the ledger: constraints, unique indexes, triggers with their functions, columns,
 * domains and views. Ignores everything else in the database, except triggers and rules on Brim's tables that are not
 * part of Brim.
 */
export async function compareGuards(
  client: ClientBase,
  { definitions, findings }: ExpectedGuards,
): Promise<Finding[]> {
  if (definitions.length === 0) return findings;
  const { rows } = await client.query<{ schema: string | null }>(
    "SELECT relnamespace::regnamespace::text AS schema FROM pg_class WHERE oid = to_regclass('ledger_account')",
  );
  const schema = rows[0]?.schema ?? "public";
  const expected = definitions.map((list) =>
    list.map((one) => ({ ...one, text: one.text.replaceAll(SCRATCH_SCHEMA, schema) })),
  );
  const actual = await readDefinitions(client, schema);
  return [
    ...findings,
    ...missingOrOther(expected, actual),
    ...foreign(expected, actual),
    ...(await replica(client)),
  ];
}

function missingOrOther(expected: Definition[][], actual: readonly Definition[]): Finding[] {
  const found = new Map(actual.map((one) => [keyOf(one), one.text]));
  const accepted = expected.map((list) => new Map(list.map((one) => [keyOf(one), one.text])));
  const [asMigrated = []] = expected;
  return asMigrated.flatMap((guard) => {
    const key = keyOf(guard);
    const text = found.get(key);
    if (text !== undefined && accepted.some((list) => list.get(key) === text)) return [];
    return [databaseFinding(guard.kind, guard.name, `The ${describe(guard)} ${difference(guard, text)}`)];
  });
}

/** Finds triggers and rules on our tables that are not ours, and functions that could be called instead of ours. */
function foreign([expected = []]: Definition[][], actual: readonly Definition[]): Finding[] {
  const keys = new Set(expected.map(keyOf));
  const tables = new Set(expected.filter(({ kind }) => kind === "table").map(({ name }) => name));
  const functions = new Set(expected.filter(({ kind }) => kind === "function").map(baseName));
  return actual
    .filter((one) => !keys.has(keyOf(one)))
    .filter((one) =>
      one.kind === "function"
        ? functions.has(baseName(one))
        : ACTIVE_KINDS.has(one.kind) && tables.has(one.owner ?? ""),
    )
    .map((one) =>
      databaseFinding(one.kind, one.name, `The ${describe(one)} is not part of Brim: ${one.text}`),
    );
}

/** As a replica Postgres runs no trigger that is not ALWAYS, and checks no foreign key. */
async function replica(client: ClientBase): Promise<Finding[]> {
  const { rows } = await client.query<{ role: string }>(
    "SELECT current_setting('session_replication_role') AS role",
  );
  if (rows[0]?.role === "origin") return [];
  const message = `session_replication_role is ${rows[0]?.role} for this role or database, so that triggers do not run.`;
  return [databaseFinding("setting", "session_replication_role", message)];
}

function difference({ kind, text }: Definition, actual: string | undefined): string {
  if (actual === undefined) return "is missing.";
  // A function's text fills pages, and the migrations have it.
  if (kind === "function") return "differs from the migrations.";
  return `differs from the migrations: it is \`${actual}\` and must be \`${text}\`.`;
}

function describe({ kind, owner, name }: Definition): string {
  const what = kind.replace("domain_constraint", "constraint").replace("_", " ");
  if (owner === null) return `${what} ${name}`;
  return `${what} ${name} of the ${kind === "domain_constraint" ? "domain" : "table"} ${owner}`;
}

function keyOf({ kind, owner, name }: Definition): string {
  return [kind, owner, name].join(" ");
}

function baseName({ name }: Definition): string {
  return name.slice(0, name.indexOf("("));
}

function databaseFinding(check: string, subjectId: string | null, message: string): Finding {
  return { check, customerId: null, seq: null, subjectId, message, count: 1 };
}
