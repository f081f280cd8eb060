import type { RequestListener } from "node:http";
import { closeDatabase } from "@/lib/platform/db";
import { startWorker } from "../start-worker";
import { closeGracefully, listen } from "./listeners";
import { type CreateNext, preparePages } from "./pages";
import { fail, loadSettings, onStopRequest, requireDatabase } from "./startup";
import { createWebServer } from "./web-server";

const DRAIN_TIMEOUT_MS = 10_000;

/**
 * Runs Brim: an http server that serves the API directly and everything else with Next, and the worker unless BRIM_WORKER is
 * off. Exits with the reason if it cannot start.
 */
export async function serve({ isDev, next }: { isDev: boolean; next: CreateNext }): Promise<void> {
  const settings = loadSettings();
  const { HOST: host, PORT: port } = settings;
  let stop = async () => {}; // while starting, there is nothing to stop
  onStopRequest(() => stop());
  await requireDatabase(settings.DATABASE_URL);

  let servePage: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createWebServer({ isDev, pages: (request, response) => servePage(request, response) });

  try {
    // Listen first: if the port is in use, the worker must not have started a job.
    const listeners = await listen(server, host, port);
    const pages = await preparePages(next, server, { isDev, hostname: host, port });
    servePage = pages.listener;
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
  console.log(`Brim is listening on port ${port} (${settings.APP_URL}).`);
  process.send?.({ type: "ready", port });
}
