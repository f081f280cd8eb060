import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWebServer } from "@/lib/commands/server/web-server";
import { applySettings } from "@/tests/support/settings";

let server: Server;
/** The requests that reached the pages. */
const seen: string[] = [];

beforeAll(async () => {
  applySettings({ DATABASE_URL: "postgres://unused" });
  server = createWebServer({
    isDev: false,
    pages: (request, response) => {
      seen.push(`${request.method} ${request.url}`);
      request.on("error", () => {}); // the connection was closed
      request.resume().on("end", () => response.end("a page"));
    },
    timeouts: { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 20 },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends bytes, then one more byte of `drip` every few milliseconds until the server closes. Returns the response. */
function exchange(text: string, { drip }: { drip?: string } = {}): Promise<string> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    const timer = drip ? setInterval(() => socket.write(drip), 10) : undefined;
    socket.on("data", (bytes) => {
      answer += bytes;
    });
    socket.on("error", () => {}); // the server may reset a connection whose body it does not read
    socket.on("close", () => {
      clearInterval(timer);
      resolve(answer);
    });
  });
}

const statusOf = async (answer: Promise<string>) => Number((await answer).split(" ")[1]);
const HOST = "Host: localhost\r\n";
const FORM = `${HOST}Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n`;

describe("a request to any address", () => {
  it.each(["/api/v1/health", "/billing", "/api/auth/session"])(
    "has a time limit for its headers: %s",
    async (path) => {
      const status = await statusOf(exchange(`GET ${path} HTTP/1.1\r\n${HOST}`, { drip: "a: b\r\n" }));

      expect([400, 408]).toContain(status);
    },
  );

  it.each([
    ["/api/v1/usage/charges", "Authorization: Bearer x\r\nContent-Type: application/json\r\n"],
    ["/api/webhooks/stripe", ""],
    ["/api/auth/callback/credentials", ""],
    ["/sign-out", ""],
  ])(
    "has a time limit for headers and body, even if data keeps arriving slowly: %s",
    async (path, headers) => {
      const head = `POST ${path} HTTP/1.1\r\n${HOST}${headers}Content-Length: 60000\r\n\r\n`;
      const answer = await exchange(head, { drip: "x" });

      expect([400, 401, 408]).toContain(Number(answer.split(" ")[1]));
    },
  );

  it("closes the connection when a GET request has an unfinished body", async () => {
    const answer = await exchange(
      `GET /api/v1/health HTTP/1.1\r\n${HOST}Content-Length: 9000000000\r\n\r\n`,
      {
        drip: "x".repeat(1_000),
      },
    );

    expect(answer).toMatch(/^HTTP\/1.1 200 .*connection: close/is);
  });
});

describe("a request to a page", () => {
  it.each([
    ["/billing", 405],
    ["/sign-in", 405],
    ["/nothing", 405],
    ["/_next/image?url=/x", 405],
    ["/%61pi/auth/signin/email", 405],
    ["/%61pi/v1/usage/charges", 405],
    ["//api/auth/signin/email", 405],
    ["/api/auth/signin/email", 200],
    ["/api/auth/%73ignin/email?callbackUrl=/billing", 200],
    ["http://localhost/api/auth/signin/email", 200],
    ["http://elsewhere/billing", 405],
    ["/sign-out", 200],
    ["/billing-link/open", 200],
  ])("accepts a POST only where a page has a form: %s answers %i", async (path, status) => {
    expect(await statusOf(exchange(`POST ${path} HTTP/1.1\r\n${FORM}Content-Length: 1\r\n\r\nx`))).toBe(
      status,
    );
  });

  it.each([
    ["Content-Length: 64000000\r\n\r\n", 413],
    ["Content-Length: 65537\r\n\r\n", 413],
    [`Content-Length: 65536\r\n\r\n${"x".repeat(65_536)}`, 200],
    ["Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 411],
  ])("limits the size of the body, and reports the limit", async (rest, status) => {
    expect(await statusOf(exchange(`POST /api/auth/signin/email HTTP/1.1\r\n${FORM}${rest}`))).toBe(status);
    if (status !== 200)
      expect(await statusOf(exchange(`GET /billing HTTP/1.1\r\n${FORM}${rest}`))).toBe(status);
  });

  it.each(["PUT", "DELETE", "PATCH", "OPTIONS"])("does not accept the method %s", async (method) => {
    expect(await statusOf(exchange(`${method} /billing HTTP/1.1\r\n${FORM}\r\n`))).toBe(405);
  });

  it("reaches the pages by path alone, even if the request line contains a host", async () => {
    await exchange(`GET http://elsewhere/billing?a=1 HTTP/1.1\r\n${FORM}\r\n`);

    expect(seen.at(-1)).toBe("GET /billing?a=1");
    expect(await exchange(`GET http://elsewhere/api/v1/health HTTP/1.1\r\n${FORM}\r\n`)).toContain(
      '"status":"up"',
    );
  });
});
