import pg from "pg";

/** Locks the row of a sandbox object, so that a request that changes it has to wait. Returns the release function. */
export async function lockObject(databaseUrl: string, id: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query("BEGIN");
  await client.query("SELECT 1 FROM object WHERE id = $1 FOR UPDATE", [id]);
  return async () => {
    await client.query("ROLLBACK");
    await client.end();
  };
}

/** Waits until a request with this idempotency key has started its work. */
export async function untilClaimed(databaseUrl: string, key: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  for (;;) {
    const found = await client.query("SELECT 1 FROM idempotency_key WHERE key = $1", [key]);
    if (found.rowCount) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await client.end();
}

/** Terminates one program's database connections, like a restart of Postgres. */
export async function cutConnections(databaseUrl: string, applicationName: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1`,
    [applicationName],
  );
  await client.end();
}
