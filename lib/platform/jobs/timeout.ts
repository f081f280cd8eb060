/** The default timeout of a job. */
export const JOB_TIMEOUT_MS = 600_000;

/**
 * Runs a job and stops waiting for it when the timeout is over. The job is not killed: its own calls have deadlines of their
 * own, and a job may run in two processes at once anyway.
 *
 * @param stopping aborted when the worker stops and the job did not finish in time
 * @throws Error the job took too long, or the worker stopped
 */
export async function runWithTimeout(
  { name, timeoutMs }: { name: string; timeoutMs: number },
  work: (signal: AbortSignal) => Promise<unknown>,
  stopping: AbortSignal | undefined,
): Promise<void> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = stopping ? AbortSignal.any([stopping, timeout]) : timeout;
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = () =>
      reject(
        new Error(
          `The job ${name} was aborted: ${timeout.aborted ? "it timed out" : "the worker is stopping"}.`,
        ),
      );
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  await Promise.race([work(signal), aborted]);
}
