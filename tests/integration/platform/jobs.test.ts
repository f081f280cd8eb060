import { afterAll, beforeAll, expect, it } from "vitest";
import { pool } from "@/lib/platform/db";
import { type ScheduledJob, startJobs } from "@/lib/platform/jobs";
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
    await expect.poll(() => begun.length, { timeout: 10_000 }).toBe(3);
    await addJob("last");
    await expect.poll(() => begun, { timeout: 10_000 }).toContain("last");
  } finally {
    letGo();
    await worker.stop();
  }
});
