import type { Pool } from "pg";

/** Something that a test file started and must stop. */
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
 * Registers something that a test file started, so that it is stopped even if the file fails to do so.
 *
 * @returns a function that unregisters it; call it after stopping it
 */
export function onFileEnd(name: string, close: () => Promise<unknown>): () => void {
  const resource = { name, close };
  shared.testResources?.add(resource);
  return () => shared.testResources?.delete(resource);
}

/**
 * Stops everything that the test file has not stopped, newest first, then closes the database connections.
 *
 * @returns the names of what it stopped, without the database pool
 */
export async function closeFileResources(): Promise<string[]> {
  const left = [...(shared.testResources ?? [])].reverse();
  shared.testResources?.clear();
  for (const { close } of left) await close().catch(() => undefined); // it may have failed to start
  const names = left.map(({ name }) => name);
  if (!shared.brimPool) return names;

  const { brimPool, brimPrisma } = shared;
  shared.brimPool = undefined;
  shared.brimPrisma = undefined;
  await brimPrisma?.$disconnect().catch(() => undefined);
  // A stalled test may hold a connection forever, and the pool would wait for it.
  await Promise.race([brimPool.end(), new Promise((resolve) => setTimeout(resolve, 1_000))]);
  // Not reported: a write that outlives its response, such as the time a key was last used, may open the pool again.
  return names;
}
