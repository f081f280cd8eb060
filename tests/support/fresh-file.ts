import { afterAll, vi } from "vitest";
import { closeFileResources } from "./file-resources";

// Runs before each test file. A process serves many files, because loading Prisma, Stripe's SDK and the other
// packages for each would take more time than most files do. Each file still begins like the first one: with the
// environment of the run, nothing of ours on globalThis, and our own modules loaded anew.

/** On globalThis, because this module is loaded anew too. What tests may keep there begins with `test`. */
const shared = globalThis as typeof globalThis & { testEnvironment?: NodeJS.ProcessEnv };
shared.testEnvironment ??= { ...process.env };

for (const name of Object.keys(process.env).filter(isOurs)) {
  if (!(name in shared.testEnvironment)) delete process.env[name];
}
for (const [name, value] of Object.entries(shared.testEnvironment)) {
  if (isOurs(name)) process.env[name] = value;
}
for (const name of Object.keys(shared)) {
  if (name.startsWith("brim")) Reflect.deleteProperty(shared, name);
}
vi.resetModules();

// After a failed hook or a stalled test nobody has stopped what the file started, and the next file would meet it. Ends
// last, because hooks that come after run in reverse order.
afterAll(async () => {
  const names = await closeFileResources();
  if (names.length > 0) throw new Error(`This file did not stop what it started: ${names.join(", ")}.`);
});

/** vitest keeps its own state in the environment. */
function isOurs(name: string): boolean {
  return !name.startsWith("VITEST");
}
