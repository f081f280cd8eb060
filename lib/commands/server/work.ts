import { closeDatabase } from "@/lib/platform/db";
import { startWorker } from "../start-worker";
import { refuseUnfitDatabase } from "./database";
import { checkSettings, fail } from "./settings";
import { onStopRequest } from "./stop-signals";

/** Runs the worker alone, for installations that separate it from the web server. */
export async function work(): Promise<void> {
  const settings = checkSettings();
  let stop = async () => {};
  onStopRequest(() => stop());
  await refuseUnfitDatabase(settings.DATABASE_URL);
  try {
    const worker = await startWorker();
    stop = async () => {
      await worker.stop();
      await closeDatabase();
    };
  } catch (error) {
    fail(`The worker did not start: ${error instanceof Error ? error.message : String(error)}`);
  }
  console.log("The worker runs.");
  process.send?.({ type: "ready" });
}
