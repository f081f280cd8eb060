const HEARTBEAT_MS = 10_000;

/**
 * Runs one step and prints one line for it, with the time it took. A long step says every ten seconds that
 * it is still alive.
 */
export async function step<T>(title: string, work: () => Promise<T> | T): Promise<T> {
  const startedAt = performance.now();
  const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  const heartbeat = setInterval(() => console.log(`  …  ${title}, ${elapsed()} so far`), HEARTBEAT_MS);
  try {
    const result = await work();
    console.log(`  ok ${title} (${elapsed()})`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
