import { afterAll, vi } from "vitest";

// Runs before each integration test file. A process serves many files, because loading Prisma, Stripe's SDK and the other
// packages for each would take more time than most files do. Each file still begins like the first one: with the
// environment of the run, nothing of ours on globalThis, and our own modules loaded anew.

/** On globalThis, because this module is loaded anew too. What tests may keep there begins with `test`. */
const shared = globalThis as typeof globalThis & { testEnvironment?: NodeJS.ProcessEnv; brimPool?: unknown };
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

// A pool that nobody closes would live on beside the next file's.
afterAll(() => {
  if (shared.brimPool) throw new Error("This file leaves the database open: end it with `closeDatabase`.");
});

/** vitest keeps its own state in the environment. */
function isOurs(name: string): boolean {
  return !name.startsWith("VITEST");
}
