import qs from "qs";
import type { Bench } from "@/tests/bench/groups/bench";
import { KeepAliveConnection } from "@/tests/bench/http-load/keep-alive-connection";
import { type Contender, compare, throughput } from "@/tests/bench/measure";
import type { Row } from "@/tests/bench/table";
import { topUpParams } from "../support/checkout-params";
import { type Endpoint, startBareEndpoint, startSandboxProcess } from "./processes";

const CONNECTIONS = 8;

/** Compares creating a top-up session in the sandbox with a request that only writes one row. */
export async function measureSandbox(bench: Bench): Promise<Row[]> {
  const sandbox = await startSandboxProcess(await bench.postgres.empty("sandbox"));
  const bare = await startBareEndpoint(await bench.postgres.empty("sandbox_floor"));
  try {
    const form = qs.stringify(topUpParams(await makeCustomer(sandbox), { expires_at: undefined }));
    const measured = await compare([requests("session", sandbox, form), requests("one row", bare, form)], {
      ...bench.scale,
      warmUpMs: bench.scale.longWarmUpMs,
    });
    return [
      {
        kind: "ratio",
        name: `session made in the sandbox : a request that writes one row, ${CONNECTIONS} connections`,
        measured: measured.rateOf("session"),
        floor: measured.rateOf("one row"),
        ratio: measured.ratio("session", "one row"),
        atLeast: 0.05,
      },
    ];
  } finally {
    await Promise.all([sandbox.stop(), bare.stop()]);
  }
}

async function makeCustomer({ port, secretKey }: Endpoint): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/customers`, {
    method: "POST",
    headers: { Authorization: `Bearer ${secretKey}`, "Content-Type": "application/x-www-form-urlencoded" },
    body: "email=bench%40example.com",
  });
  return ((await response.json()) as { id: string }).id;
}

function requests(name: string, { port, secretKey }: Endpoint, form: string): Contender {
  const request =
    `POST /v1/checkout/sessions HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${secretKey}\r\n` +
    `stripe-version: 2026-10-28.endive\r\ncontent-type: application/x-www-form-urlencoded\r\n` +
    `content-length: ${Buffer.byteLength(form)}\r\n\r\n${form}`;
  return {
    name,
    async run(ms) {
      const idle = await Promise.all(
        Array.from({ length: CONNECTIONS }, () => KeepAliveConnection.open("127.0.0.1", port)),
      );
      try {
        return await throughput(CONNECTIONS, ms, async () => {
          const connection = idle.pop();
          if (!connection) throw new Error("more requests than connections");
          const status = await connection.send(request);
          if (status !== 200) throw new Error(`${name} returned ${status}.`);
          idle.push(connection);
          return 1;
        });
      } finally {
        for (const connection of idle) connection.close();
      }
    },
  };
}
