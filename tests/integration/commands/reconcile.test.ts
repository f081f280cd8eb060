import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { type BundledCommand, bundleCommand } from "@/tests/support/bundled-command";
import { changeAtStripe } from "@/tests/support/change-at-stripe";
import { aPaidTopUp, balanceOf } from "@/tests/support/paid-top-up";

let brim: RunningBrim;
let command: BundledCommand;

beforeAll(async () => {
  command = await bundleCommand("lib/commands/reconcile.ts");
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
afterAll(async () => {
  command.remove();
  await brim.stop();
});

/** Runs the command with the settings of the server. */
function reconcile(args: string[] = [], settings: Record<string, string> = {}) {
  const child = spawn(process.execPath, [command.file, ...args], { env: { ...process.env, ...settings } });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    texts.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    texts.stderr += chunk;
  });
  return new Promise<typeof texts & { code: number | null }>((resolve) => {
    child.on("close", (code) => resolve({ ...texts, code }));
  });
}

it("exits with 0 after it has healed everything, says what, and has nothing to do the second time", async () => {
  const topUp = await aPaidTopUp(brim, { amount: "20.00", credit: false });

  const first = await reconcile();
  const second = await reconcile();

  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toMatch(/^healed: \d+ events/m);
  expect(first.stdout).toMatch(/^needs a person: 0$/m);
  expect(first.stderr).toContain("reading events …");
  expect(await balanceOf(topUp)).toBe("20.00");
  expect(second.code).toBe(0);
  expect(second.stdout).toMatch(/^healed: nothing$/m);
});

it("exits with 1 when a person has to decide, and says about what", async () => {
  const topUp = await aPaidTopUp(brim, { credit: false });
  await changeAtStripe(brim, topUp.sessionId, { amount_subtotal: 1 });

  const { code, stdout } = await reconcile(["--since", new Date(Date.now() - 3_600_000).toISOString()]);

  expect(code).toBe(1);
  expect(stdout).toMatch(/^needs a person: 1$/m);
  expect(stdout).toContain(topUp.topUpIntentId);
});

it("exits with 2 when it cannot run, and says why", async () => {
  const [badTime, noKey, unknownKey, noDatabase, noStripe] = await Promise.all([
    reconcile(["--since", "yesterday"]),
    reconcile([], { STRIPE_SECRET_KEY: "wrong" }),
    reconcile([], { STRIPE_SECRET_KEY: "sk_test_unknown" }),
    reconcile([], { DATABASE_URL: "postgresql://127.0.0.1:9/none" }),
    reconcile([], { STRIPE_API_BASE: "http://127.0.0.1:9", STRIPE_TIMEOUT_MS: "500" }),
  ]);

  expect(badTime).toMatchObject({ code: 2, stderr: expect.stringContaining("Usage:") });
  expect(noKey).toMatchObject({ code: 2, stderr: expect.stringContaining("STRIPE_SECRET_KEY") });
  expect(unknownKey).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("STRIPE_SECRET_KEY is not valid. Create a new key in the Dashboard"),
  });
  expect(noDatabase).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot be reached") });
  expect(noStripe).toMatchObject({ code: 2, stderr: expect.stringContaining("temporarily unavailable") });
});
