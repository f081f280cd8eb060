import type pg from "pg";

/**
 * What every session of Brim sets for itself, so that no setting of the server, the database or the role changes an answer.
 * Prisma's adapter writes and reads instants as text without their offset, so it needs UTC and ISO. Times are in
 * milliseconds, as `pg_settings` tells them.
 */
export const SESSION_SETTINGS = {
  TimeZone: "UTC",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: "1",
  standard_conforming_strings: "on",
  array_nulls: "on",
  transform_null_equals: "off",
  default_transaction_isolation: "read committed",
  search_path: "public",
  lock_timeout: "0",
  statement_timeout: "8000",
  idle_in_transaction_session_timeout: "5000",
  idle_session_timeout: "0",
} as const;

/** A name of a session setting. */
export type SessionSetting = keyof typeof SESSION_SETTINGS;

/**
 * Commits are waited for: a charge that was answered must survive a power cut. Stricter levels than `on` are the operator's
 * choice and stay.
 */
const WAIT_FOR_COMMITS = `CASE WHEN pg_catalog.current_setting('synchronous_commit') = 'off'
  THEN pg_catalog.set_config('synchronous_commit', 'on', false) END`;

/** A session that cannot even be set up within this time is given up. */
const SET_UP_TIMEOUT_MS = 5_000;

/**
 * Sets what a session needs, in one round trip. Not as parameters of the connection: a pooler refuses those.
 *
 * @param overrides values in place of those of `SESSION_SETTINGS`
 */
export async function setUpSession(
  client: pg.ClientBase,
  overrides: Partial<Record<SessionSetting, string>> = {},
): Promise<void> {
  const calls = Object.entries({ ...SESSION_SETTINGS, ...overrides }).map(
    ([name, value]) => `pg_catalog.set_config('${name}', '${value}', false)`,
  );
  const query = {
    text: `SELECT ${[...calls, WAIT_FOR_COMMITS].join(", ")}`,
    query_timeout: SET_UP_TIMEOUT_MS,
  };
  await client.query(query);
}
