import type { Pool, PoolClient } from "pg";
import type { MigrationFile } from "@/lib/platform/migrations";
import { inLongTransaction, WRITES } from "../long-transaction";
import { type Definition, readDefinitions } from "./read-definitions";

/** A name that no migration and no operator uses, so that it can be recognized in any text. */
export const SCRATCH_SCHEMA = "brim_ledger_verify_scratch";

/** The definitions depend on the server and the migrations only, so they are built once per process. */
const KNOWN = Symbol.for("brim.expected-definitions");
const shared = globalThis as typeof globalThis & { [KNOWN]?: Map<string, Promise<Definition[][]>> };

/**
 * Returns the definitions that the migrations create. They run in a schema of their own, in a transaction that is rolled back,
 * and on the same server, because each version of Postgres prints definitions in its own way.
 *
 * @returns two lists: as the migrations leave them, and as a restored dump has them, which can be written otherwise
 * @throws what Postgres says when the role may not create a schema, or the server takes no writes
 */
export async function expectedDefinitions(
  pool: Pool,
  migrations: readonly MigrationFile[],
): Promise<Definition[][]> {
  const { rows } = await pool.query<{ version: string }>("SELECT version()");
  shared[KNOWN] ??= new Map();
  const known = shared[KNOWN];
  const key = [rows[0]?.version, ...migrations.map(({ name }) => name)].join("\n");
  const found =
    known.get(key) ?? inLongTransaction(pool, WRITES, (client) => build(client, migrations), "ROLLBACK");
  known.set(key, found);
  found.catch(() => known.delete(key));
  return found;
}

async function build(client: PoolClient, migrations: readonly MigrationFile[]): Promise<Definition[][]> {
  await client.query(`CREATE SCHEMA ${SCRATCH_SCHEMA}`);
  await client.query(`SET LOCAL search_path TO ${SCRATCH_SCHEMA}`);
  // Migrations name the schema where they must, and must not touch the real one here.
  for (const { sql } of migrations) await client.query(sql.replace(/\bpublic\b/g, SCRATCH_SCHEMA));
  const asMigrated = await readDefinitions(client, SCRATCH_SCHEMA);
  await restoreExpressions(client, asMigrated);
  return [asMigrated, await readDefinitions(client, SCRATCH_SCHEMA)];
}

/** Recreates each CHECK and each view from the definition that Postgres prints, as a restored dump does. */
async function restoreExpressions(client: PoolClient, definitions: readonly Definition[]): Promise<void> {
  for (const { kind, owner, name, text } of definitions) {
    if (kind === "view") await client.query(`CREATE OR REPLACE VIEW ${quoted(name)} AS ${text}`);
    if (!text.startsWith("CHECK")) continue;
    const relation = kind === "domain_constraint" ? "DOMAIN" : "TABLE";
    await client.query(`ALTER ${relation} ${quoted(owner)} DROP CONSTRAINT ${quoted(name)}`);
    await client.query(`ALTER ${relation} ${quoted(owner)} ADD CONSTRAINT ${quoted(name)} ${text}`);
  }

  function quoted(identifier: string | null): string {
    return client.escapeIdentifier(identifier ?? "");
  }
}
