import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pool, withTransaction } from "@/lib/platform/db";
import { enqueueTask, runDueTasks, type ScheduledJob, startJobs, startTasks } from "@/lib/platform/jobs";
import { testDatabase } from "@/tests/support/settings";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

const NEVER = "0 0 1 1 *";

const addJob = (task: string) => pool().query("SELECT graphile_worker.add_job($1)", [task]);

it("runs a job while all the others hang", async () => {
  const begun: string[] = [];
  let letGo = () => {};
  const hanging = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const hang = (task: string): ScheduledJob => ({
    task,
    cron: NEVER,
    run: async () => {
      begun.push(task);
      await hanging;
    },
  });
  const worker = await startJobs([
    ...["first", "second", "third"].map(hang),
    { task: "last", cron: NEVER, run: async () => void begun.push("last") },
  ]);
  try {
    for (const task of ["first", "second", "third"]) await addJob(task);
    await expect.poll(() => begun.length).toBe(3);
    await addJob("last");
    await expect.poll(() => begun).toContain("last");
  } finally {
    letGo();
    await worker.stop();
  }
});

it("does not run a job concurrently with itself, and runs it again afterwards", async () => {
  let runs = 0;
  let letGo = () => {};
  const hanging = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const worker = await startJobs([
    {
      task: "slow",
      cron: NEVER,
      run: async () => {
        runs++;
        await hanging;
      },
    },
    ...["b", "c"].map((task) => ({ task, cron: NEVER, run: async () => {} })),
  ]);
  try {
    await addJob("slow");
    await expect.poll(() => runs).toBe(1);
    await addJob("slow");
    await expect.poll(waitingJobs).toBe(1); // the first one, which is still running
    expect(runs).toBe(1);

    letGo();
    await expect.poll(waitingJobs).toBe(0);
    await addJob("slow");
    await expect.poll(() => runs).toBe(2);
  } finally {
    letGo();
    await worker.stop();
  }
});

it("a job that hangs is aborted and runs again in the same process", async () => {
  let runs = 0;
  let isTold = false;
  const worker = await startJobs([
    {
      task: "hangs",
      cron: NEVER,
      timeoutMs: 200,
      run: (_now, signal) => {
        runs++;
        signal.addEventListener("abort", () => {
          isTold = true;
        });
        return runs === 1 ? new Promise(() => {}) : Promise.resolve();
      },
    },
  ]);
  try {
    await addJob("hangs");
    await expect.poll(() => isTold, { timeout: 10_000 }).toBe(true);
    await addJob("hangs");
    await expect.poll(() => runs, { timeout: 10_000 }).toBe(2);
  } finally {
    await worker.stop();
  }
});

it("stops while a job hangs", async () => {
  let isRunning = false;
  const worker = await startJobs([
    {
      task: "hangs for ever",
      cron: NEVER,
      run: () => {
        isRunning = true;
        return new Promise(() => {});
      },
    },
  ]);
  await addJob("hangs for ever");
  await expect.poll(() => isRunning, { timeout: 10_000 }).toBe(true);

  await worker.stop();
});

async function waitingJobs(): Promise<number> {
  const { rows } = await pool().query<{ n: number }>("SELECT count(*)::int AS n FROM graphile_worker.jobs");
  return rows[0]?.n ?? 0;
}

describe("a task", () => {
  const enqueue = (payload: Record<string, string>, end: () => void = () => {}) =>
    withTransaction(async (tx) => {
      await enqueueTask(tx, { name: "greet", payload, key: payload.name ?? "" });
      end();
    });

  it("runs once for its key after its transaction has committed, and not after a rollback", async () => {
    const seen: unknown[] = [];
    const greet = { name: "greet", run: async (payload: unknown) => void seen.push(payload) };
    await enqueue({ name: "Ada" });
    await enqueue({ name: "Ada" });
    const undone = enqueue({ name: "Bob" }, () => {
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");

    for (let run = 1; run <= 2; run++) await runDueTasks([greet]);

    expect(seen).toEqual([{ name: "Ada" }]);
  });

  it("is retried later when it fails, without blocking the others", async () => {
    const done: string[] = [];
    let isBroken = true;
    const greet = {
      name: "greet",
      run: async ({ name = "" }: Readonly<Record<string, string>>) => {
        if (name === "first" && isBroken) throw new Error("not now");
        done.push(name);
      },
    };
    await enqueue({ name: "first" });
    await enqueue({ name: "second" });

    await runDueTasks([greet]);
    expect(done).toEqual(["second"]);
    isBroken = false;
    await pool().query("UPDATE graphile_worker._private_jobs SET run_at = now()");
    await runDueTasks([greet]);

    expect(done).toEqual(["second", "first"]);
  });

  it("is run by a worker soon after it was enqueued", async () => {
    const done: unknown[] = [];
    const worker = await startTasks([{ name: "greet", run: async (payload) => void done.push(payload) }]);
    try {
      await enqueue({ name: "Ada" });
      await expect.poll(() => done).toEqual([{ name: "Ada" }]);
    } finally {
      await worker.stop();
    }
  });
});
