import type { Pool, PoolClient } from "pg";
import { setQueryTimeout } from "@/lib/platform/db";

/** A check reads whole tables in one statement. */
const QUERY_TIMEOUT_MS = 3_600_000;

/** A transaction mode that does not depend on the server's defaults. It sees what was committed while it waited for a lock. */
export const WRITES = "ISOLATION LEVEL READ COMMITTED READ WRITE";

/**
 * Runs `work` in one transaction on one connection of the pool, without the time limits of requests.
 *
 * @param mode the transaction mode, as after BEGIN
 * @param end ROLLBACK undoes what `work` wrote, and its result stays
 */
export async function inLongTransaction<T>(
  pool: Pool,
  mode: string,
  work: (client: PoolClient) => Promise<T>,
  end: "COMMIT" | "ROLLBACK" = "COMMIT",
): Promise<T> {
  const client = await pool.connect();
  setQueryTimeout(client, QUERY_TIMEOUT_MS);
  try {
    await client.query(`BEGIN ${mode}`);
    await client.query("SET LOCAL statement_timeout = 0");
    // Compiling each statement of each page costs more than it saves.
    await client.query("SET LOCAL jit = off");
    // A restored copy has no statistics yet; a nested loop chosen for tables that look empty would take hours.
    await client.query("SET LOCAL enable_nestloop = off");
    await client.query("SET LOCAL timezone = 'UTC'");
    const result = await work(client);
    await client.query(end);
    setQueryTimeout(client, null);
    client.release();
    return result;
  } catch (error) {
    // Closed, not returned: its transaction is in an unknown state. The database undoes it.
    client.release(true);
    throw error;
  }
}
