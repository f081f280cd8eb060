import type pg from "pg";

const OLDEST_VERSION = 140_000;

const FACTS = `
  SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS version_number,
    current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS is_standby,
    current_setting('default_transaction_read_only') = 'on' AS is_read_only,
    current_setting('session_replication_role') AS replication_role,
    quote_ident(current_user) AS role, quote_ident(current_database()) AS database,
    to_regnamespace('public') IS NOT NULL AS has_schema,
    CASE WHEN to_regnamespace('public') IS NOT NULL
      THEN has_schema_privilege('public', 'USAGE') END AS may_use,
    CASE WHEN to_regnamespace('public') IS NOT NULL
      THEN has_schema_privilege('public', 'CREATE') END AS may_create,
    CASE WHEN to_regnamespace('graphile_worker') IS NULL
      THEN has_database_privilege(current_database(), 'CREATE') END AS may_create_schema,
    (SELECT quote_ident(pg_get_userbyid(relowner)) FROM pg_class
     WHERE relnamespace IN (to_regnamespace('public'), to_regnamespace('graphile_worker'))
       AND relname IN ('_prisma_migrations', 'ledger_account', '_private_jobs')
       AND NOT pg_has_role(relowner, 'USAGE') LIMIT 1) AS other_owner`;

interface Facts {
  version: string;
  version_number: number;
  encoding: string;
  is_standby: boolean;
  is_read_only: boolean;
  replication_role: string;
  role: string;
  database: string;
  has_schema: boolean;
  may_use: boolean | null;
  may_create: boolean | null;
  may_create_schema: boolean | null;
  other_owner: string | null;
}

/**
 * Finds out what a server or a role lacks for Brim.
 *
 * @param options.toMigrate whether tables are going to be created
 * @returns one line for each problem, with what to do; empty if there is none
 */
export async function findServerProblems(
  client: pg.ClientBase,
  { toMigrate }: { toMigrate: boolean },
): Promise<string[]> {
  const { rows } = await client.query<Facts>(FACTS);
  const [facts] = rows;
  if (!facts) throw new Error("The database answered without a row.");
  return [...serverProblems(facts), ...(toMigrate ? missingGrants(facts) : []), ...ownerProblems(facts)];
}

function serverProblems(facts: Facts): string[] {
  const problems: string[] = [];
  const { role, database } = facts;
  if (facts.version_number < OLDEST_VERSION) {
    problems.push(`Postgres ${facts.version} is too old: Brim needs 14 or newer.`);
  }
  if (facts.encoding !== "UTF8") {
    problems.push(
      `The database's encoding is ${facts.encoding}: create one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
    );
  }
  if (facts.is_standby) problems.push("The server is a standby, which only reads: connect to the primary.");
  else if (facts.is_read_only) {
    problems.push(
      `Transactions only read by default: run ALTER ROLE ${role} IN DATABASE ${database} SET default_transaction_read_only = off;`,
    );
  }
  if (facts.replication_role !== "origin") {
    problems.push(
      `The ledger's triggers are switched off: as a superuser, run ALTER ROLE ${role} IN DATABASE ${database} SET session_replication_role = origin;`,
    );
  }
  return problems;
}

function missingGrants(facts: Facts): string[] {
  const { role, database } = facts;
  if (!facts.has_schema) return ["The schema public is missing: run CREATE SCHEMA public;"];
  const problems: string[] = [];
  if (!facts.may_use || !facts.may_create) {
    problems.push(
      `${role} may not create tables: as the database's owner, run GRANT USAGE, CREATE ON SCHEMA public TO ${role};`,
    );
  }
  if (facts.may_create_schema === false) {
    problems.push(
      `${role} may not create the job queue's schema: as the database's owner, run GRANT CREATE ON DATABASE ${database} TO ${role};`,
    );
  }
  return problems;
}

/** Only the owner sees the rows of the job queue, and only the owner may change a table. */
function ownerProblems({ role, other_owner: owner }: Facts): string[] {
  if (owner === null) return [];
  return [
    `Brim's tables belong to ${owner}, not to ${role}: connect as ${owner}, or run GRANT ${owner} TO ${role};`,
  ];
}
