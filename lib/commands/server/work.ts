import { closeDatabase } from "@/lib/platform/db";
import { startWorker } from "../start-worker";
import { fail, loadSettings, onStopRequest, requireDatabase } from "./startup";

/** Runs only the worker, for installations that separate it from the web server. */
export async function work(): Promise<void> {
  const settings = loadSettings();
  let stop = async () => {};
  onStopRequest(() => stop());
  await requireDatabase(settings.DATABASE_URL);
  try {
    const worker = await startWorker();
    stop = async () => {
      await worker.stop();
      await closeDatabase();
    };
  } catch (error) {
    fail(`The worker could not start: ${error instanceof Error ? error.message : String(error)}`);
  }
  console.log("The worker is running.");
  process.send?.({ type: "ready" });
}
