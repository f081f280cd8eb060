// The API and the worker as a process of their own, for tests that kill it. `PORT` says where it listens.
import { createServer } from "node:http";
import { startWorker } from "@/lib/commands/start-worker";
import { apiListener } from "@/lib/http";

createServer(apiListener).listen(Number(process.env.PORT), "127.0.0.1");
await startWorker();
