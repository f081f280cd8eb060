import pg from "pg";
import { pool } from "@/lib/platform/db";
import { type ApiCustomer, eventually } from "./brim";

/** The writes of an automatic top-up that is charged without any trouble. Each raises its version. */
export const WRITES = {
  begin: 1,
  invoice: 2,
  line: 3,
  checkDraft: 4,
  finalize: 5,
  attempt: 6,
  credit: 7,
} as const;

const INSTALL = `
  CREATE TABLE crash_point (customer_id text PRIMARY KEY, write int NOT NULL, waits boolean NOT NULL);
  CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE waits boolean;
  BEGIN
    SELECT p.waits INTO waits FROM crash_point p WHERE p.customer_id = NEW.customer_id AND NEW.version >= p.write;
    IF waits THEN PERFORM pg_advisory_xact_lock_shared(hashtext(NEW.customer_id)); END IF;
    IF NOT waits THEN RAISE EXCEPTION 'crash'; END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER crash BEFORE UPDATE ON topup_intent FOR EACH ROW
  WHEN (NEW.source = 'auto' AND NEW.version > OLD.version) EXECUTE FUNCTION crash()`;

const SET = `
  INSERT INTO crash_point VALUES ($1, $2, $3)
  ON CONFLICT (customer_id) DO UPDATE SET write = excluded.write, waits = excluded.waits`;

/** Prepares the database of this file for crashes at the writes of automatic top-ups. */
export async function installCrashPoints(): Promise<void> {
  await pool().query(INSTALL);
}

/** Restores the database, so that its verification finds what it expects. */
export async function removeCrashPoints(): Promise<void> {
  await pool().query("DROP TRIGGER crash ON topup_intent; DROP FUNCTION crash; DROP TABLE crash_point");
}

/** Lets `work` fail at a write of the customer's automatic top-up, as if the process had ended there. */
export async function crashAtWrite(
  { customerId }: ApiCustomer,
  write: number,
  work: () => Promise<void>,
): Promise<void> {
  await pool().query(SET, [customerId, write, false]);
  try {
    await work().catch(() => undefined);
  } finally {
    await forget(customerId);
  }
}

/**
 * Stops another process at a write of the customer's automatic top-up, inside its transaction.
 *
 * @param start starts the process
 * @param kill kills it; its transaction ends without a commit
 */
export async function killAtWrite(
  { customerId }: ApiCustomer,
  write: number,
  { start, kill }: { start: () => void; kill: () => Promise<void> },
): Promise<void> {
  const holder = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await holder.connect();
  try {
    await holder.query("SELECT pg_advisory_lock(hashtext($1))", [customerId]);
    await pool().query(SET, [customerId, write, true]);
    start();
    await eventually(
      () => countWaiting(customerId),
      (count) => count > 0,
    );
    await kill();
    await forget(customerId);
  } finally {
    await holder.end(); // releases the lock
  }
  await eventually(
    () => countWaiting(customerId),
    (count) => count === 0,
  );
}

async function forget(customerId: string): Promise<void> {
  await pool().query("DELETE FROM crash_point WHERE customer_id = $1", [customerId]);
}

async function countWaiting(customerId: string): Promise<number> {
  const { rows } = await pool().query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_locks
     WHERE locktype = 'advisory' AND mode = 'ShareLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND ((classid::bigint << 32) | objid::bigint) = (hashtext($1)::bigint & -1)`,
    [customerId],
  );
  return rows[0]?.count ?? 0;
}
