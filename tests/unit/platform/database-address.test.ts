import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DatabaseAddressError, parseDatabaseAddress } from "@/lib/platform/postgres";

const folder = mkdtempSync(join(tmpdir(), "brim-address-"));
const file = join(folder, "ca.crt");
writeFileSync(file, "CERTIFICATE");
afterAll(() => rmSync(folder, { recursive: true }));

const at = (query: string) => parseDatabaseAddress(`postgres://brim:secret@db:5432/brim?${query}`);

function problemsOf(text: string): string {
  try {
    parseDatabaseAddress(text);
  } catch (error) {
    if (error instanceof DatabaseAddressError) return error.message;
    throw error;
  }
  return "";
}

describe("the database address", () => {
  it.each([
    [
      "postgres://brim:secret@db/brim",
      { host: "db", port: 5432, user: "brim", password: "secret", database: "brim" },
    ],
    [
      "postgresql://b%40c:p%23%2F%25@[::1]:6543/a%20b",
      { host: "::1", port: 6543, user: "b@c", password: "p#/%", database: "a b" },
    ],
    [
      "postgres:///brim?host=/var/run/postgresql&user=brim",
      { host: "/var/run/postgresql", user: "brim", database: "brim" },
    ],
    ["postgres://brim@%2Fvar%2Frun%2Fpostgresql/brim", { host: "/var/run/postgresql", database: "brim" }],
    ["postgres://brim@/brim?host=db&port=1234&dbname=other", { host: "db", port: 1234, database: "other" }],
    ["postgres://localhost", { host: "localhost", port: 5432 }],
  ])("is read from %s", (text, expected) => {
    expect(parseDatabaseAddress(text).connection).toMatchObject(expected);
  });
});

describe("TLS modes have the same meaning as in libpq", () => {
  it.each([
    ["sslmode=disable", false],
    ["ssl=false", false],
    ["sslmode=require", { rejectUnauthorized: false }],
    ["ssl=true", { rejectUnauthorized: false }],
    ["sslmode=no-verify", { rejectUnauthorized: false }],
    [`sslmode=require&sslrootcert=${file}`, { rejectUnauthorized: true, ca: "CERTIFICATE" }],
    [`sslmode=verify-ca&sslrootcert=${file}`, { rejectUnauthorized: true, ca: "CERTIFICATE" }],
    [`sslmode=verify-full&sslrootcert=${file}`, { rejectUnauthorized: true, ca: "CERTIFICATE" }],
    ["sslmode=verify-full", { rejectUnauthorized: true }],
    ["sslmode=verify-full&sslrootcert=system", { rejectUnauthorized: true }],
    [
      `sslmode=verify-full&sslcert=${file}&sslkey=${file}&sslpassword=x`,
      { cert: "CERTIFICATE", key: "CERTIFICATE", passphrase: "x" },
    ],
  ])("%s", (query, expected) => {
    const { ssl } = at(query).connection;
    if (typeof expected === "object") expect(ssl).toMatchObject(expected);
    else expect(ssl).toBe(expected);
  });

  it("only verify-full checks the server's name", () => {
    const modes = ["sslmode=require", `sslmode=verify-ca&sslrootcert=${file}`, "sslmode=verify-full"];

    const checks = modes.map((query) => at(query).connection.ssl as object);

    expect(checks.map((tls) => "checkServerIdentity" in tls)).toEqual([true, true, false]);
  });

  it("is left to the environment when the URL does not set it", () => {
    expect("ssl" in at("").connection).toBe(false);
  });
});

it("parameters that poolers and other programs add are supported", () => {
  expect(
    at("pgbouncer=true&connection_limit=7&schema=public&application_name=x&connect_timeout=9&keepalives=1"),
  ).toMatchObject({
    preparedStatements: false,
    maxConnections: 7,
    connection: { application_name: "x", connectionTimeoutMillis: 9_000, keepAlive: true },
  });
  expect(at("options=endpoint%3Dep-1&sslmode=require&channel_binding=prefer").connection).toMatchObject({
    options: "endpoint=ep-1",
    enableChannelBinding: true,
  });
  expect(at("")).toMatchObject({ preparedStatements: true, maxConnections: null });
  expect(at("statement_cache_size=0").preparedStatements).toBe(false);
});

describe("an unsupported parameter is rejected by name", () => {
  it.each([
    ["mysql://db/brim", /postgres:\/\//],
    ["postgres://brim:pass#word@db/brim", /%23/],
    ["postgres://brim:p%zz@db/brim", /password.*%25/],
    ["postgres://one,two/brim", /several hosts/],
    ["postgres://one:5432,two:5432/brim", /several hosts/],
    ["postgres://db:99999/brim", /%XX|port/],
    ["postgres://db/brim?host=one,two", /several hosts/],
    ["postgres://db/brim?port=none", /port/],
    ["postgres://db/brim?sslmode=prefer", /sslmode=prefer.*sslmode=require/],
    ["postgres://db/brim?sslmode=allow", /sslmode=allow/],
    ["postgres://db/brim?sslmode=yes", /sslmode=yes/],
    ["postgres://db/brim?sslmode=verify-ca", /sslrootcert/],
    ["postgres://db/brim?sslmode=require&sslrootcert=system", /verify-full/],
    ["postgres://db/brim?sslmode=verify-full&sslrootcert=/nowhere", /\/nowhere.*ENOENT/],
    ["postgres://db/brim?sslmode=require&sslcert=/nowhere", /sslkey/],
    ["postgres://db/brim?sslrootcert=/nowhere", /sslmode=verify-full/],
    ["postgres://db/brim?sslaccept=strict", /sslaccept.*verify-full/],
    ["postgres://db/brim?schema=billing", /schema.*public/],
    ["postgres://db/brim?connection_limit=3", /connection_limit.*4/],
    ["postgres://db/brim?connection_limit=many", /connection_limit/],
    ["postgres://db/brim?pgbouncer=maybe", /pgbouncer/],
    ["postgres://db/brim?pool_timeout=0", /pool_timeout/],
    ["postgres://db/brim?channel_binding=require", /channel_binding=prefer/],
    ["postgres://db/brim?target_session_attrs=standby", /target_session_attrs.*primary/],
    ["postgres://db/brim?statement_timeout=1", /statement_timeout/],
    ["postgres://db/brim?connect_timeout=0", /connect_timeout/],
    ["postgres://db/brim?sslmode=require&sslmode=disable", /sslmode twice/],
    ["postgres://db/brim?colour=blue", /colour.*does not know/],
    ["postgres://db/brim?__proto__=1&constructor=2", /__proto__[\s\S]*constructor/],
  ])("%s", (text, problem) => {
    expect(problemsOf(text)).toMatch(problem);
  });

  it("all at once, and never with the password", () => {
    const problems = problemsOf("postgres://brim:hunter2@db/brim?schema=x&sslmode=allow&colour=blue");

    expect(problems.split("\n")).toHaveLength(3);
    expect(problems).not.toContain("hunter2");
    expect(problemsOf("postgres://brim:hunter2@[db/brim")).not.toContain("hunter2");
  });
});
