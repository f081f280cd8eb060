import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiKey, verifyApiKey } from "@/lib/api-keys";
import { createCustomer } from "@/lib/customers";
import { prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { type BundledCommand, bundleCommand } from "@/tests/support/bundled-command";
import { createTestDatabase, type TestDatabase } from "@/tests/support/database";
import { actionsOn } from "@/tests/support/operator";
import { testDatabase } from "@/tests/support/settings";

const database = testDatabase();
let empty: TestDatabase;
let customerId: CustomerId;
let noDemo: string;
let command: BundledCommand;

beforeAll(async () => {
  command = await bundleCommand("lib/commands/key.ts");
  await database.ready;
  empty = await createTestDatabase({ empty: true });
  noDemo = mkdtempSync(join(tmpdir(), "brim-key-"));
  ({ customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" }));
});
afterAll(async () => {
  command.remove();
  rmSync(noDemo, { recursive: true });
  await empty.drop();
  await database.drop();
});

const UNKNOWN_CUSTOMER = "cust_01m81xgxrcexrs47sfmrsawft1";

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command with no settings except the database. */
function run(args: readonly string[], settings: Record<string, string | undefined> = {}): Promise<Ended> {
  const { PATH, HOME, NODE_ENV, DATABASE_URL } = process.env;
  const child = spawn(process.execPath, [command.file, ...args], {
    env: { PATH, HOME, NODE_ENV, DATABASE_URL, BRIM_DATA_DIR: noDemo, ...settings },
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    texts.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    texts.stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ ...texts, code }));
  });
}

const key = (...args: string[]) => run(args);

/** Only the secret is on stdout, so that it can be piped. */
function secretOf({ code, stdout, stderr }: Ended): string {
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("shown only once") });
  expect(stdout).toMatch(/^brim_sk_\w{48}\n$/);
  return stdout.trim();
}

describe("key create", () => {
  it("creates the operator's first key, with every operator scope", async () => {
    const ended = await key("create", "--operator");

    const actor = await verifyApiKey(secretOf(ended));
    expect(actor).toMatchObject({ kind: "operator_key", scopes: ["usage:read", "usage:write", "admin"] });
    expect(ended.stderr).not.toContain(ended.stdout.trim());
    const { apiKeyId } = actor as { apiKeyId: string };
    expect(await actionsOn(apiKeyId)).toEqual([
      { verb: "create_api_key", apiKeyId: null, customerId: null, reason: null },
    ]);
  });

  it("creates a customer's key with a name, some scopes and an expiry", async () => {
    const before = Date.now();

    const secret = secretOf(
      await key(
        "create",
        "--customer",
        customerId,
        "--name",
        "CI",
        "--scopes",
        "usage:write",
        "--expires",
        "90d",
      ),
    );

    expect(await verifyApiKey(secret)).toMatchObject({ customerId, scopes: ["usage:write"] });
    const row = await prisma().apiKey.findFirstOrThrow({ where: { name: "CI" } });
    const life = Number(row.expiresAt) - before;
    expect(life).toBeGreaterThanOrEqual(90 * 86_400_000);
    expect(life).toBeLessThan(90 * 86_400_000 + 30_000);
  });
});

describe("key list, roll and revoke", () => {
  it("manage a key from creation to revocation", async () => {
    const made = await createApiKey({ customerId, name: "Life", scopes: ["usage:read"] });

    const rolled = await key("roll", made.apiKeyId, "--grace", "1h");
    const second = secretOf(rolled);
    const actor = (await verifyApiKey(second)) as { apiKeyId: string };
    const [again, revoked] = await Promise.all([
      key("roll", made.apiKeyId),
      key("revoke", actor.apiKeyId, "--reason", "Tried out"),
    ]);
    const list = await key("list", "--customer", customerId);

    expect(actor).toMatchObject({ customerId, scopes: ["usage:read"] });
    await expect(verifyApiKey(made.secret)).resolves.toMatchObject({ apiKeyId: made.apiKeyId });
    await expect(verifyApiKey(second)).rejects.toThrow("revoked");
    expect(again).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("rolled before") });
    expect(revoked).toMatchObject({ code: 0, stdout: "" });
    const lines = list.stdout.trim().split("\n");
    expect(lines[0]).toMatch(
      new RegExp(
        `^${actor.apiKeyId}\tbrim_sk_\\w{8}…\trevoked\t${customerId}\tusage:read\tnever expires\tused .*\tLife$`,
      ),
    );
    expect(lines[1]).toMatch(new RegExp(`^${made.apiKeyId}\t.*\tactive\t.*\texpires .*\tLife$`));
    expect(list.stdout).not.toContain(made.secret);
  });

  it("refuse to remove the last key with the scope admin unless forced", async () => {
    await prisma().apiKey.updateMany({ where: { customerId: null }, data: { revokedAt: new Date() } });
    const { apiKeyId, secret } = await createApiKey({ customerId: null, name: "Last", scopes: ["admin"] });

    const refused = await key("revoke", apiKeyId);
    const forced = await key("revoke", apiKeyId, "--force");

    expect(refused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("force") });
    expect(forced.code).toBe(0);
    await expect(verifyApiKey(secret)).rejects.toThrow("revoked");
  });
});

describe("key", () => {
  it("uses the demo's database when DATABASE_URL is not set, and prints a note", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "brim-key-demo-"));
    writeFileSync(join(dataDir, "demo.json"), JSON.stringify({ databaseUrl: process.env.DATABASE_URL }));

    const ended = await run(["create", "--customer", customerId], {
      DATABASE_URL: undefined,
      BRIM_DATA_DIR: dataDir,
    });
    rmSync(dataDir, { recursive: true });

    expect(ended.stderr).toContain("Using the demo's database");
    await expect(verifyApiKey(secretOf(ended))).resolves.toMatchObject({ customerId });
  });

  it("exits with 2 and prints its usage when the arguments are invalid", async () => {
    const { code, stdout, stderr } = await key("delete");

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^Unknown command "delete"\.\n\nUsage: npm run key/);
  });

  it.each<[string, number, string[], Record<string, string | undefined>, string]>([
    ["DATABASE_URL is not set", 2, ["list"], { DATABASE_URL: undefined }, "DATABASE_URL is not set"],
    ["DATABASE_URL is invalid", 2, ["list"], { DATABASE_URL: "mysql://x" }, "must be a postgres:// address"],
    [
      "the database is unreachable",
      2,
      ["list"],
      { DATABASE_URL: "postgres://n@127.0.0.1:1/n" },
      "cannot be reached",
    ],
    ["the customer does not exist", 1, ["create", "--customer", UNKNOWN_CUSTOMER], {}, "no such customer"],
    ["the key does not exist", 1, ["revoke", "key_1"], {}, "no such API key"],
  ])("prints a short reason when %s", async (_case, expected, args, settings, reason) => {
    const { code, stdout, stderr } = await run(args, settings);

    expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
    expect(stderr).toContain(reason);
    expect(stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
  });

  it("reports that the database is not migrated", async () => {
    const { code, stderr } = await run(["list"], { DATABASE_URL: empty.url });

    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "The database is not migrated. Run `npm run db:migrate`.\n",
    });
  });
});
