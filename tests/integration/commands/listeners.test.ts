import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { closeGracefully, listen, PortTakenError } from "@/lib/commands/server/listeners";

describe("listen", () => {
  it("accepts connections for localhost on every loopback address of the machine", async () => {
    const server = createServer((_request, response) => response.end("here"));
    const port = await freePort();
    const listeners = await listen(server, "localhost", port);
    const addresses = ["127.0.0.1", ...((await hasIpv6()) ? ["::1"] : [])];

    const answers = await Promise.all(addresses.map((address) => get(address, port)));

    expect(answers).toEqual(addresses.map(() => "here"));
    await closeGracefully(server, listeners, 1_000);
  });

  it("fails with a one-line error if the port is taken", async () => {
    const first = createServer();
    const listeners = await listen(first, "127.0.0.1", 0);
    const { port } = first.address() as AddressInfo;

    await expect(listen(createServer(), "localhost", port)).rejects.toThrow(PortTakenError);

    await closeGracefully(first, listeners, 1_000);
  });
});

describe("closeGracefully", () => {
  it("lets requests in flight finish, and does not wait for idle connections", async () => {
    const { server, port, listeners } = await aSlowServer(300);
    const inFlight = get("127.0.0.1", port);
    await sleep(100);

    // Waiting for an idle connection would take an hour.
    await closeGracefully(server, listeners, 3_600_000);

    expect(await inFlight).toBe("done");
    await expect(get("127.0.0.1", port)).rejects.toThrow(/ECONNREFUSED/);
  });

  it("closes the connection of a request that exceeds the time limit", async () => {
    const { server, port, listeners } = await aSlowServer(60_000);
    const inFlight = get("127.0.0.1", port).catch((error: Error) => error.message);
    await sleep(100);

    await closeGracefully(server, listeners, 200);

    expect(await inFlight).toMatch(/socket hang up|ECONNRESET/);
  });
});

async function aSlowServer(answerAfterMs: number) {
  const server = createServer((_request, response) => {
    setTimeout(() => response.end("done"), answerAfterMs).unref();
  });
  const listeners = await listen(server, "127.0.0.1", 0);
  return { server, listeners, port: (server.address() as AddressInfo).port };
}

/** Uses a keep-alive connection, like browsers. */
function get(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host, port, agent: false, headers: { connection: "keep-alive" } };
    const outgoing = request(options, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve(body);
    });
    outgoing.once("error", reject);
    outgoing.end();
  });
}

/** Checks the machine itself, without the code under test. */
async function hasIpv6(): Promise<boolean> {
  const probe = createServer();
  const isListening = new Promise<boolean>((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(0, "::1", () => resolve(true));
  });
  const has = await isListening;
  if (has) await new Promise((resolve) => probe.close(resolve));
  return has;
}

async function freePort(): Promise<number> {
  const probe: Server = createServer();
  const listeners = await listen(probe, "127.0.0.1", 0);
  const { port } = probe.address() as AddressInfo;
  await closeGracefully(probe, listeners, 1_000);
  return port;
}
