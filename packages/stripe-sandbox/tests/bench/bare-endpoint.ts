import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";

/** The baseline for the sandbox: a server that parses a form, writes it to one row, and returns it. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await pool.query("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY, data json NOT NULL)");

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const data = JSON.stringify({ form: Buffer.concat(chunks).toString("utf8") });
  await pool.query("INSERT INTO bare (data) VALUES ($1)", [data]);
  response.writeHead(200, { "Content-Type": "application/json" }).end(data);
});
server.listen(0, "127.0.0.1", () => {
  process.send?.({ type: "ready", port: (server.address() as AddressInfo).port });
});
process.once("SIGTERM", () => process.exit(0));
