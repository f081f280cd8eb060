import { readFileSync } from "node:fs";

/**
 * Returns how long this process and its children have run or waited for a CPU, in milliseconds since they started. Waiting
 * counts, so a process is as active on a busy machine as on an idle one.
 *
 * Outside Linux, only the CPU time of this process is available.
 *
 * @see https://docs.kernel.org/scheduler/sched-stats.html for the first two numbers of `schedstat`, in nanoseconds
 */
export function activityMs(): number {
  try {
    return activityOf(process.pid);
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
}

function activityOf(pid: number): number {
  const [running = 0, queued = 0] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ").map(Number);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return (running + queued) / 1_000_000 + children.map(activityOfChild).reduce((sum, ms) => sum + ms, 0);
}

/** Returns 0 if the child has exited since it was listed. */
function activityOfChild(pid: string): number {
  try {
    return activityOf(Number(pid));
  } catch {
    return 0;
  }
}
