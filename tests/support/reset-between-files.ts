import { afterAll } from "vitest";
import { closeFileResources } from "./file-resources";

// Runs before each test file. A process runs many files and keeps the modules that it has loaded, because loading them takes
// longer than most files. Each file still starts with the original environment and without our state on globalThis, where the
// product keeps all of its state that depends on settings.

/** On globalThis, because this module is evaluated for each file. State that tests may keep there starts with `test`. */
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

// Stops what the file left running after a failed hook or a stalled test, so that it does not affect the next file. Runs last,
// because `afterAll` hooks run in reverse order.
afterAll(async () => {
  const names = await closeFileResources();
  if (names.length > 0) throw new Error(`This file did not stop what it started: ${names.join(", ")}.`);
});

/** vitest keeps its own state in the environment. */
function isOurs(name: string): boolean {
  return !name.startsWith("VITEST");
}
