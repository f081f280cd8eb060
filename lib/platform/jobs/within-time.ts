/** A job that takes longer is given up, in milliseconds. */
export const JOB_TIMEOUT_MS = 600_000;

/**
 * Waits for a job until its time is over. What it does after that is nobody's: its own calls end by their own deadlines,
 * and a job may run in two processes at once anyway.
 *
 * @param stopping aborts when the worker stops and the job did not end in time
 */
export async function withinTime(
  { name, timeoutMs }: { name: string; timeoutMs: number },
  work: (signal: AbortSignal) => Promise<unknown>,
  stopping: AbortSignal | undefined,
): Promise<void> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = stopping ? AbortSignal.any([stopping, timeout]) : timeout;
  const aborted = new Promise<never>((_resolve, reject) => {
    const giveUp = () =>
      reject(
        new Error(
          `The job ${name} was given up: ${timeout.aborted ? "it took too long" : "the worker stops"}.`,
        ),
      );
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
  await Promise.race([work(signal), aborted]);
}
