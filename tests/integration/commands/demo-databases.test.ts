import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "local-postgres";
import { afterEach, expect, it } from "vitest";
import { type DemoDatabases, provideDatabases } from "@/lib/commands/demo/databases";
import { readSettings } from "@/lib/commands/demo/settings";
import { connectClient } from "@/lib/platform/postgres";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

it.each([
  ["in the folder itself", 0o755],
  ["elsewhere, because the postgres user cannot enter the folder", 0o700],
])(
  "data from before the baseline, stored %s, is moved aside completely, and the demo starts from scratch",
  async (_where, mode) => {
    const dataDir = mkdtempSync(join(tmpdir(), "brim-before-baseline-"));
    chmodSync(dataDir, mode);
    cleanUps.push(() => removeData(dataDir));
    const old = await provide(dataDir);
    await query(
      old.databases.app,
      `CREATE TABLE _prisma_migrations (migration_name text);
     INSERT INTO _prisma_migrations VALUES ('20261122150000_init')`,
    );
    await old.databases.stop();

    const { databases, log } = await provide(dataDir);

    expect(await query(databases.app, "SELECT to_regclass('_prisma_migrations') AS found")).toEqual([
      { found: null },
    ]);
    const [aside = ""] = readdirSync(dataDir).filter((name) => name.startsWith("postgres.before-baseline-"));
    expect(log.join("\n")).toContain(`cannot be upgraded; it was moved to ${join(dataDir, aside)}`);
    const moved = await startEmbeddedPostgres({ dataDir: join(dataDir, aside) });
    cleanUps.push(moved.stop);
    expect(await query(moved.url("brim"), "SELECT migration_name FROM _prisma_migrations")).toEqual([
      { migration_name: "20261122150000_init" },
    ]);

    await databases.stop();
    const again = await provide(dataDir);
    expect(again.log.join("\n")).not.toContain("moved");
  },
);

/** Also what is kept elsewhere for a folder that the postgres user cannot enter. */
function removeData(dataDir: string): void {
  for (const folder of readdirSync(dataDir)) {
    const pointer = join(dataDir, folder, "location");
    if (existsSync(pointer)) rmSync(readFileSync(pointer, "utf8").trim(), { recursive: true, force: true });
  }
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
}

async function provide(dataDir: string): Promise<{ databases: DemoDatabases; log: string[] }> {
  const log: string[] = [];
  const settings = readSettings([], { BRIM_DATA_DIR: dataDir } as unknown as NodeJS.ProcessEnv);
  const databases = await provideDatabases(settings, (line) => log.push(line));
  cleanUps.push(databases.stop);
  return { databases, log };
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = await connectClient(url, { applicationName: "test" });
  try {
    return (await client.query(sql)).rows ?? [];
  } finally {
    await client.end();
  }
}
