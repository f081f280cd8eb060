import type pg from "pg";

/** The first migration of the versions before the baseline. None of them was released, so there is no way to upgrade. */
const FIRST_MIGRATION_BEFORE_BASELINE = "20261122150000_init";

/** The database was created by a version of Brim from before the baseline migration. */
export class BeforeBaselineError extends Error {
  constructor(database: string) {
    super(
      `The database "${database}" was created by a version of Brim from before the first release ` +
        `(migration ${FIRST_MIGRATION_BEFORE_BASELINE}) and cannot be upgraded. ` +
        "Create an empty database and set DATABASE_URL to it. Nothing was changed.",
    );
  }
}

/** Tells whether a database was created by a version from before the baseline migration. */
export async function isBeforeBaseline(client: pg.ClientBase): Promise<boolean> {
  const table = await client.query("SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS found");
  if (!table.rows[0]?.found) return false;
  const { rowCount } = await client.query(
    "SELECT 1 FROM public._prisma_migrations WHERE migration_name = $1",
    [FIRST_MIGRATION_BEFORE_BASELINE],
  );
  return rowCount !== 0;
}

/** @throws BeforeBaselineError */
export async function refuseBeforeBaseline(client: pg.ClientBase): Promise<void> {
  if (!(await isBeforeBaseline(client))) return;
  const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
  throw new BeforeBaselineError(rows[0]?.name ?? "");
}
