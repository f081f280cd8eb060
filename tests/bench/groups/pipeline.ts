import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { createApiKey } from "@/lib/api-keys";
import type { OperatorActor } from "@/lib/auth";
import { chargeBody } from "@/lib/http/charges";
import { bucketOf, countRequest, limitHeaders } from "@/lib/http/limits/rate-limits";
import { authenticate } from "@/lib/http/pipeline/authenticate";
import { acquireIdempotencyKey, readIdempotencyKey } from "@/lib/http/pipeline/idempotency";
import { parseJson } from "@/lib/http/pipeline/read-body";
import { validate } from "@/lib/http/pipeline/validate";
import { idempotentRequest } from "@/lib/usage/spend-request";
import { startLoadGenerator } from "../http-load/load-generator";
import { startPipelineOnly } from "../http-load/servers";
import { pointBrimAt } from "../ledger/bench-database";
import { customerNumber } from "../ledger/fill-ledger";
import { type Contender, compare } from "../measure";
import { spreadOf } from "../spread";
import type { Row } from "../table";
import type { Bench } from "./bench";

const CONNECTIONS = 16;

/** Measures the request pipeline before a handler: as a whole over HTTP, and each step in this process. */
export async function measurePipeline(bench: Bench): Promise<Row[]> {
  const { url } = await bench.postgres.ledger("pipeline", {
    customers: 1,
    transfersEach: 1,
    busyTransfers: 1,
  });
  await pointBrimAt(url);
  const { secret, apiKeyId } = await createApiKey({ customerId: null, name: "bench", scopes: "all" });
  return [
    ...(await overHttp(bench, url, secret)),
    ...(await stepByStep(bench, {
      secret,
      actor: { kind: "operator_key", apiKeyId, scopes: ["usage:write"] },
    })),
  ];
}

async function overHttp({ scale }: Bench, databaseUrl: string, apiKey: string): Promise<Row[]> {
  const server = await startPipelineOnly(databaseUrl);
  const load = await startLoadGenerator();
  const contender = (name: string, key: string | null): Contender => ({
    name,
    run: (ms) =>
      load.run({
        url: server.url,
        connections: CONNECTIONS,
        ms,
        apiKey: key,
        customerIds: key ? [customerNumber(1)] : [],
      }),
  });
  try {
    const measured = await compare([contender("whole", apiKey), contender("empty", null)], {
      ...scale,
      warmUpMs: scale.longWarmUpMs,
    });
    return [
      {
        kind: "ratio",
        name: `request pipeline of a charge : an empty handler, ${CONNECTIONS} connections`,
        measured: measured.rateOf("whole"),
        floor: measured.rateOf("empty"),
        ratio: measured.ratio("whole", "empty"),
      },
    ];
  } finally {
    await Promise.all([load.stop(), server.stop()]);
  }
}

async function stepByStep(
  { scale }: Bench,
  { secret, actor }: { secret: string; actor: OperatorActor },
): Promise<Row[]> {
  const request = new Request("http://127.0.0.1/api/v1/usage/charges", {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "idempotency-key": randomUUID() },
  });
  const text = JSON.stringify({
    customer_id: customerNumber(1),
    amount_usd: "0.000001",
    idempotency_key: randomUUID(),
  });
  const { bucket, who } = bucketOf(actor, "usage:write", "POST");
  const input = { customerId: customerNumber(1), idempotencyKey: "key" };
  const steps: readonly [string, () => unknown][] = [
    ["API key: parse, look up, compare", () => authenticate(request)],
    ["rate limit: count in memory", async () => limitHeaders(await countRequest(bucket, who))],
    ["body: lossless parse and validation", () => validate(chargeBody, parseJson(text), "body")],
    [
      "idempotency of a charge: the key is read and the request hashed",
      () => [readIdempotencyKey(request.headers), idempotentRequest(actor, "charge", input, ["1000", false])],
    ],
    [
      "idempotency of other writes: acquire the key, store the response",
      async () => {
        const request = { owner: "operator", key: randomUUID(), operationId: "bench", requestHash: "hash" };
        const acquired = await acquireIdempotencyKey(request, new Date());
        if (acquired && "store" in acquired) await acquired.store({ status: 200, body: "{}" });
      },
    ],
  ];
  const rows: Row[] = [];
  for (const [name, work] of steps) {
    await microseconds(scale.warmUpMs, work);
    const times: number[] = [];
    for (let round = 0; round < scale.rounds; round++)
      times.push(await microseconds(scale.sliceMs / 2, work));
    rows.push({ kind: "limit", name: `per request: ${name}`, measured: spreadOf(times), unit: "µs" });
  }
  return rows;
}

/** Returns the time of one call, measured sequentially. */
async function microseconds(ms: number, work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  while (performance.now() - startedAt < ms) {
    await work();
    done++;
  }
  return ((performance.now() - startedAt) * 1_000) / done;
}
