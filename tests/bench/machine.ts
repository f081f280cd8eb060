import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import type pg from "pg";

/** Postgres settings that determine the cost of a commit. */
const SETTINGS = ["fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size"];

/** Describes the machine and settings that the results depend on. */
export async function describeMachine(database: pg.Pool): Promise<string> {
  const { rows } = await database.query<{ name: string; value: string }>(
    "SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name",
    [["server_version", ...SETTINGS]],
  );
  const setting = new Map(rows.map(({ name, value }) => [name, value]));
  const settings = SETTINGS.map((name) => `${name}=${setting.get(name)}`).join(" ");
  return [
    `machine   ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GB`,
    `load      ${loadavg()
      .map((load) => load.toFixed(1))
      .join(" ")} (1, 5, 15 minutes) before the start`,
    `Node      ${process.version}`,
    `Postgres  ${setting.get("server_version")}, ${settings}`,
    "commits   durable: Postgres confirms after flushing the WAL, as in production",
  ].join("\n");
}
