import type { RequestListener } from "node:http";
import { closeDatabase } from "@/lib/platform/db";
import { startWorker } from "../start-worker";
import { refuseUnfitDatabase } from "./database";
import { closeGracefully, listen } from "./listeners";
import { type CreateNext, preparePages } from "./pages";
import { checkSettings, fail } from "./settings";
import { onStopRequest } from "./stop-signals";
import { createWebServer } from "./web-server";

const DRAIN_TIMEOUT_MS = 10_000;

/**
 * Runs Brim: one http server with two doors (the API goes straight to its handlers, all else to Next) and,
 * unless BRIM_WORKER says no, the worker. Ends the process with one reason when it cannot start.
 */
export async function serve({ isDev, next }: { isDev: boolean; next: CreateNext }): Promise<void> {
  const settings = checkSettings();
  const { HOST: host, PORT: port } = settings;
  let stop = async () => {}; // asked to stop while starting: nothing is in flight yet
  onStopRequest(() => stop());
  await refuseUnfitDatabase(settings.DATABASE_URL);

  let answerPage: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createWebServer({ isDev, pages: (request, response) => answerPage(request, response) });

  try {
    // The port first: it may be taken, and then the worker must not have begun a job.
    const listeners = await listen(server, host, port);
    const pages = await preparePages(next, server, { isDev, hostname: host, port });
    answerPage = pages.listener;
    const worker = settings.BRIM_WORKER ? await startWorker() : null;
    stop = async () => {
      await closeGracefully(server, listeners, DRAIN_TIMEOUT_MS);
      await worker?.stop();
      await pages.close();
      await closeDatabase();
    };
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  console.log(`Brim listens on port ${port} (${settings.APP_URL}).`);
  process.send?.({ type: "ready", port });
}
