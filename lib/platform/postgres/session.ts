import type pg from "pg";

/**
 * What every session of Brim sets for itself, so that no setting of the server, the database or the role changes a result.
 * Prisma's adapter writes and reads timestamps as text without an offset, so it needs UTC and ISO. Times are in milliseconds,
 * as in `pg_settings`.
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

/** The name of a session setting. */
export type SessionSetting = keyof typeof SESSION_SETTINGS;

/**
 * Commits wait for the disk: a charge that was confirmed must survive a power failure. Stricter levels than `on` are the
 * operator's choice and stay.
 */
const WAIT_FOR_COMMITS = `CASE WHEN pg_catalog.current_setting('synchronous_commit') = 'off'
  THEN pg_catalog.set_config('synchronous_commit', 'on', false) END`;

/** A session that cannot be set up within this time is closed. */
const SET_UP_TIMEOUT_MS = 5_000;

/**
 * Applies the session settings in one round trip. Connection parameters would not work: a pooler refuses them.
 *
 * @param overrides values that replace those of `SESSION_SETTINGS`
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
