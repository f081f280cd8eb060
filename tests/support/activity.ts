import { readFileSync } from "node:fs";

/**
 * How long this process and the processes it started have worked or waited for a processor, in milliseconds since they began.
 * Time in the queue for a processor counts, so a process on a busy machine is as active as on a quiet one.
 *
 * Linux tells both; elsewhere only the processor time of this process is known.
 *
 * @see https://docs.kernel.org/scheduler/sched-stats.html the two first numbers of `schedstat`, in nanoseconds
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

/** A child may end between the moment it is listed and the moment it is read. */
function activityOfChild(pid: string): number {
  try {
    return activityOf(Number(pid));
  } catch {
    return 0;
  }
}
