import pg from "pg";
import type { RunningBrim } from "./brim";

/** Changes fields of an object in the sandbox, for states that its API cannot produce. */
export async function changeAtStripe(brim: RunningBrim, id: string, change: object): Promise<void> {
  const client = new pg.Client({ connectionString: brim.sandboxDatabaseUrl });
  await client.connect();
  try {
    await client.query("UPDATE object SET data = (data::jsonb || $2::jsonb)::json WHERE id = $1", [
      id,
      JSON.stringify(change),
    ]);
  } finally {
    await client.end();
  }
}
