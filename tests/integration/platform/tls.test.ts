import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "local-postgres";
import pg from "pg";
import { startSandbox } from "stripe-sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyMigrations } from "@/lib/platform/migrations";
import { connectClient, createPool } from "@/lib/platform/postgres";

const isMissing = spawnSync("openssl", ["version"]).status !== 0;
if (isMissing)
  console.warn("The tests of TLS did not run: openssl is missing; on Debian: apt-get install openssl");

it.runIf(process.env.CI === "true")("CI has openssl", () => {
  expect(isMissing).toBe(false);
});

/** A server like managed Postgres: its certificate is signed by a private CA for one host name. */
describe.skipIf(isMissing)("a server with a certificate of a private CA", () => {
  const dataDir = join(tmpdir(), `brim-tls-${randomUUID()}`);
  const certificates = mkdtempSync(join(tmpdir(), "brim-certificates-"));
  const ca = join(certificates, "ca.crt");
  const otherCa = join(certificates, "other-ca.crt");
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    makeCertificates(certificates);
    server = await startEmbeddedPostgres({ dataDir, durable: false });
    await server.ensureDatabase("tls");
    await server.ensureDatabase("sandbox");
    const client = new pg.Client(server.url("tls"));
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>("SHOW data_directory");
    giveTo(rows[0]?.data_directory ?? "");
    await client.query("ALTER SYSTEM SET ssl = on");
    await client.query("SELECT pg_reload_conf()");
    await client.end();
  });
  afterAll(async () => {
    await server?.stop();
    for (const folder of [dataDir, certificates])
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  function giveTo(cluster: string): void {
    const { uid, gid } = statSync(cluster);
    for (const name of ["server.crt", "server.key"]) {
      const file = join(cluster, name);
      execFileSync("cp", [join(certificates, name), file]);
      chownSync(file, uid, gid);
      chmodSync(file, 0o600);
    }
  }

  const urlWith = (query: string, host = "127.0.0.1") => {
    const url = new URL(server.url("tls"));
    url.hostname = host;
    return `${url.href}?${query}`;
  };

  async function isEncrypted(url: string): Promise<boolean> {
    const client = await connectClient(url, { applicationName: "test" });
    const { rows } = await client
      .query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
      .finally(() => client.end());
    return rows[0].ssl;
  }

  it.each([
    ["sslmode=disable", "127.0.0.1", false],
    ["sslmode=require", "127.0.0.1", true],
    [`sslmode=verify-ca&sslrootcert=${ca}`, "127.0.0.1", true],
    [`sslmode=verify-full&sslrootcert=${ca}`, "localhost", true],
    ["sslmode=require&channel_binding=prefer", "127.0.0.1", true],
  ])("connects with %s to %s", async (query, host, encrypted) => {
    expect(await isEncrypted(urlWith(query, host))).toBe(encrypted);
  });

  it.each([
    ["a CA that it does not know", "sslmode=verify-full", "localhost", /certificate/],
    ["another CA", `sslmode=verify-ca&sslrootcert=${otherCa}`, "127.0.0.1", /certificate/],
    [
      "another CA, which require checks, too",
      `sslmode=require&sslrootcert=${otherCa}`,
      "127.0.0.1",
      /certificate/,
    ],
    ["another name", `sslmode=verify-full&sslrootcert=${ca}`, "127.0.0.1", /does not match/],
  ])("rejects %s", async (_name, query, host, reason) => {
    await expect(isEncrypted(urlWith(query, host))).rejects.toThrow(reason);
  });

  it("migrations, pools and the sandbox accept the same URL", async () => {
    await applyMigrations({ databaseUrl: urlWith("sslmode=require") });
    const pool = createPool(urlWith(`sslmode=verify-ca&sslrootcert=${ca}`), {
      applicationName: "test",
      max: 1,
    });
    const { rows } = await pool
      .query("SELECT count(*)::int AS n FROM ledger_account")
      .finally(() => pool.end());
    const sandboxUrl = urlWith("sslmode=require").replace("/tls?", "/sandbox?");
    const sandbox = await startSandbox({ databaseUrl: sandboxUrl, port: 0 });
    await sandbox.stop();

    expect(rows).toEqual([{ n: 0 }]);
  });

  it("a missing permission is reported with the statement to run", async () => {
    const admin = new pg.Client(server.url("tls"));
    await admin.connect();
    await admin.query("CREATE ROLE stranger LOGIN PASSWORD 'secret'");
    await admin.query("CREATE DATABASE empty");
    await admin.end();
    const as = (database: string) => {
      const url = new URL(server.url(database));
      url.username = "stranger";
      url.password = "secret";
      return url.href;
    };

    await expect(applyMigrations({ databaseUrl: as("empty") })).rejects.toThrow(
      /GRANT USAGE, CREATE ON SCHEMA public TO stranger;\n.*GRANT CREATE ON DATABASE empty TO stranger;/,
    );
    await expect(applyMigrations({ databaseUrl: as("tls") })).rejects.toThrow(/GRANT postgres TO stranger;/);
  });
});

/** A CA, a certificate that it signed for `localhost`, and another CA. */
function makeCertificates(folder: string): void {
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  for (const name of ["ca", "other-ca"]) {
    openssl(
      "req",
      "-x509",
      ...key,
      "-days",
      "2",
      "-subj",
      `/CN=${name}`,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.crt`,
    );
  }
  openssl(
    "req",
    ...key,
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=DNS:localhost",
    "-keyout",
    "server.key",
    "-out",
    "server.csr",
  );
  openssl(
    "x509",
    "-req",
    "-in",
    "server.csr",
    "-CA",
    "ca.crt",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-copy_extensions",
    "copy",
    "-days",
    "2",
    "-out",
    "server.crt",
  );
}
