import type { Pool } from "pg";

/** Something that a test file started and has to stop. */
interface Resource {
  readonly name: string;
  close(): Promise<unknown>;
}

/** On globalThis, because the setup file and the test file load this module separately. */
const shared = globalThis as typeof globalThis & {
  testResources?: Set<Resource>;
  brimPool?: Pool | undefined;
  brimPrisma?: { $disconnect(): Promise<void> } | undefined;
};
shared.testResources ??= new Set();

/**
 * Registers what a test file started, so that it is stopped when the file fails to do it.
 *
 * @returns a function that forgets it; call it when it has been stopped
 */
export function onFileEnd(name: string, close: () => Promise<unknown>): () => void {
  const resource = { name, close };
  shared.testResources?.add(resource);
  return () => shared.testResources?.delete(resource);
}

/**
 * Stops what the test file has not stopped itself, newest first, and the database connections last.
 *
 * @returns the names of what was still there
 */
export async function closeFileResources(): Promise<string[]> {
  const left = [...(shared.testResources ?? [])].reverse();
  shared.testResources?.clear();
  for (const { close } of left) await close().catch(() => undefined); // it may be half started
  const names = left.map(({ name }) => name);
  if (!shared.brimPool) return names;

  const { brimPool, brimPrisma } = shared;
  shared.brimPool = undefined;
  shared.brimPrisma = undefined;
  await brimPrisma?.$disconnect().catch(() => undefined);
  // A stalled test may hold a connection for ever, and the pool would wait for it.
  await Promise.race([brimPool.end(), new Promise((resolve) => setTimeout(resolve, 1_000))]);
  return [...names, "the database pool"];
}
