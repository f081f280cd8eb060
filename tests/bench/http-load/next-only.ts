import { createServer } from "node:http";

/** Serves the production build with Next only: the API as Next routes, without the Node listener. */
Object.assign(process.env, { NODE_ENV: "production" }); // before loading React and Next, which choose their build by it

const { default: next } = await import("next");
const port = Number(process.env.PORT);
const app = next({ dev: false, dir: process.cwd(), hostname: "127.0.0.1", port });
await app.prepare();
const answer = app.getRequestHandler();
const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => answer(request, response));
server.listen(port, "127.0.0.1", () => process.send?.({ type: "ready" }));

process.once("disconnect", () => process.exit(1));
