import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src";

const isRoot = process.getuid?.() === 0;
const folders: string[] = [];
const running: EmbeddedPostgres[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("startEmbeddedPostgres", () => {
  it("listens on 127.0.0.1 with UTF8, a fixed collation, UTC and a random password", async () => {
    const dataDir = newFolder();
    const postgres = await start(dataDir);

    await postgres.ensureDatabase("brim");
    await postgres.ensureDatabase("brim");

    const [settings] = await query(
      postgres.url("brim"),
      `select current_setting('listen_addresses') as listen, current_setting('TimeZone') as zone,
              current_setting('unix_socket_directories') as sockets, pg_encoding_to_char(encoding) as encoding,
              datlocale as locale, current_setting('fsync') as fsync
       from pg_database where datname = current_database()`,
    );
    expect(settings).toEqual({
      listen: "127.0.0.1",
      zone: "UTC",
      sockets: "",
      encoding: "UTF8",
      locale: "C.UTF-8",
      fsync: "on",
    });
    expect(statSync(join(dataDir, "password")).mode & 0o777).toBe(0o600);
    await expect(
      query(postgres.url("brim").replace(/:[0-9a-f]{48}@/, ":wrong@"), "select 1"),
    ).rejects.toThrow(/password authentication failed/);
  });

  it("keeps data, port and password across restarts", async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    await query(first.url("postgres"), "create table note as select 42 as answer");
    await first.stop();

    const second = await start(dataDir);

    expect(second.url("postgres")).toBe(first.url("postgres"));
    expect(await query(second.url("postgres"), "select answer from note")).toEqual([{ answer: 42 }]);
  });

  it("allows only one of two concurrent starts on the same folder, and reports the other", async () => {
    const dataDir = newFolder();

    const starts = await Promise.allSettled([start(dataDir), start(dataDir)]);

    expect(starts.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = starts.find((result) => result.status === "rejected");
    expect(String(refused?.reason)).toMatch(/in use by another process \(pid \d+\)/);
  });

  it("takes over a Postgres whose owner was killed with SIGKILL, with everything committed", async () => {
    const dataDir = newFolder();
    const { child, url } = await startInChild(dataDir);
    await query(url, "create table note as select 'kept' as word");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await query(url, "select word from note")).toEqual([{ word: "kept" }]); // the orphan process still serves
    const lines: string[] = [];

    const postgres = await start(dataDir, { onLog: (line) => lines.push(line) });

    expect(lines.join("\n")).toMatch(/earlier run/);
    expect(postgres.url("postgres")).toBe(url);
    expect(await query(url, "select word from note")).toEqual([{ word: "kept" }]);
  });

  it("does not mistake another process with the recorded PID for Postgres, and does not stop it", async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    await first.stop();
    const pidFile = join(dataDir, "cluster", "postmaster.pid");
    const stranger = spawn("sleep", ["60"]);
    writeFileSync(pidFile, `${stranger.pid}\n${join(dataDir, "cluster")}\n`);

    const second = await start(dataDir);

    expect(await query(second.url("postgres"), "select 1 as one")).toEqual([{ one: 1 }]);
    expect(stranger.exitCode).toBeNull();
    stranger.kill("SIGKILL");
  });

  it("reports a server that exits unexpectedly", async () => {
    const dataDir = newFolder();
    const postgres = await start(dataDir);
    const [pid] = readFileSync(join(dataDir, "cluster", "postmaster.pid"), "utf8").split("\n");

    process.kill(Number(pid), "SIGQUIT");

    expect(await postgres.died).toMatch(/Postgres exited unexpectedly/);
  });

  it("rejects a port that is taken with a one-line error", async () => {
    const first = await start(newFolder());

    await expect(start(newFolder(), { port: first.port })).rejects.toThrow(
      `Port ${first.port} for Postgres is already in use.`,
    );
  });

  // Only root runs Postgres as another user; other users can enter their own folders.
  it.runIf(isRoot)("works as root below a folder of mode 0700, and finds its data again", async () => {
    const parent = newFolder();
    chmodSync(parent, 0o700);
    const dataDir = join(parent, "data");
    mkdirSync(dataDir);

    const first = await start(dataDir);
    const elsewhere = readFileSync(join(dataDir, "location"), "utf8").trim();
    folders.push(elsewhere);
    await query(first.url("postgres"), "create table note as select 7 as answer");
    await first.stop();
    const second = await start(dataDir);

    expect(await query(second.url("postgres"), "select answer from note")).toEqual([{ answer: 7 }]);
    expect(existsSync(join(elsewhere, "cluster", "PG_VERSION"))).toBe(true);

    await second.stop();
    rmSync(dataDir, { recursive: true });
    const fresh = await start(dataDir);
    await expect(query(fresh.url("postgres"), "select answer from note")).rejects.toThrow(/does not exist/);
  });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "brim-postgres-"));
  chmodSync(folder, 0o755); // mkdtemp makes 0700, which is the special case of one test only
  folders.push(folder);
  return folder;
}

async function start(
  dataDir: string,
  options: { port?: number; onLog?: (line: string) => void } = {},
): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, ...options });
  running.push(postgres);
  return postgres;
}

async function startInChild(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(resolve(import.meta.dirname, "../../src/index.ts"))};
    const postgres = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
    process.send(postgres.url("postgres"));
    setInterval(() => {}, 1_000);
  `;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [url] = (await once(child, "message")) as [string];
  return { child, url };
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => {}); // the server may stop during the query, which is what this test is about
  await client.connect();
  try {
    const { rows } = await client.query(sql);
    return rows;
  } finally {
    await client.end();
  }
}
