import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROUTES, type Route } from "@/lib/http";
import { pool } from "@/lib/platform/db";
import { type ApiRequest, adaptersOf } from "@/tests/support/both-adapters";
import { type ApiResponse, type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { exchange } from "@/tests/support/fuzz/raw-exchange";
import { rawRequests } from "@/tests/support/fuzz/raw-requests";
import { madeUpRequests } from "@/tests/support/fuzz/requests";
import { expectRefusal } from "@/tests/support/refusals/refusal";
import { type ApiWorld, buildWorld } from "@/tests/support/refusals/world";
import { digestTables, settledDigest } from "@/tests/support/table-digests";

/** Together 500 in CI and 10,000 deep. */
const MADE_UP = atDepth({ ci: 350, deep: 7_500 });
const RAW = atDepth({ ci: 150, deep: 2_500 });

/** A request that takes longer is considered hung. */
const DEADLINE_MS = 10_000;

/** Shrinking would take long; the printed seed reproduces the request. */
const WITHOUT_SHRINKING = { endOnFailure: true };

let brim: RunningBrim;
let world: ApiWorld;
/** The table digests after the last request. */
let tables: Record<string, string>;

beforeAll(async () => {
  brim = await startBrim();
  world = await buildWorld(brim);
  // Events would arrive in between, and their changes would be attributed to another request.
  await brim.control("/deliveries/mode", { mode: "drop" });
  tables = await settledDigest(brim);
});
afterAll(() => brim.stop());

it(`answers ${MADE_UP} random requests correctly, and rejected requests change nothing`, async () => {
  const { node, next } = adaptersOf(brim);
  const counts: Record<number, number> = {};
  const requests = fc.tuple(madeUpRequests(world), fc.integer({ min: 0, max: 9 }));

  await fc.assert(
    fc.asyncProperty(requests, async ([{ operationId, request }, roll]) => {
      const route = routeOf(operationId);
      const answer = await inTime(roll === 0 ? next(route, request) : node(route, request), request);

      expectCorrect(answer, route, request);
      counts[answer.status] = (counts[answer.status] ?? 0) + 1;
      const now = await digestTables();
      if (answer.status >= 400) expect(now, describeRequest(request)).toEqual(tables);
      tables = now;
    }),
    { numRuns: MADE_UP, ...WITHOUT_SHRINKING },
  );

  // Otherwise the requests would not reach the handlers.
  expect(counts[200], JSON.stringify(counts)).toBeGreaterThan(MADE_UP / 20);
  await expectLedgerVerified();
});

it(`answers or closes after ${RAW} malformed messages, and rejected requests change nothing`, async () => {
  const port = Number(new URL(brim.url).port);
  const refusedKeys: string[] = [];
  const before = await settledDigest(brim);

  await fc.assert(
    fc.asyncProperty(rawRequests(`Bearer ${world.customer.key}`), async ({ bytes, key, isFollowed }) => {
      const answers = await exchange(port, bytes, DEADLINE_MS);

      const sent = bytes.toString("latin1").slice(0, 2_000);
      if (!answers) throw new Error(`No end within ${DEADLINE_MS} ms: ${sent}`);
      for (const { status, headers, body } of answers) {
        expect(status, `${sent}\n${body}`).toBeLessThan(500);
        if (headers["content-type"] === "application/json" && body !== "") JSON.parse(body);
      }
      const isRefused = answers.length > 0 && answers.every(({ status }) => status >= 400);
      if (isRefused && !isFollowed) refusedKeys.push(key);
    }),
    { numRuns: RAW, ...WITHOUT_SHRINKING },
  );

  // Only now, because a connection can close while its request is still being processed.
  const { ledger_account, ledger_transfer, ...others } = unqualified(await settledDigest(brim));
  expect(unqualified(before)).toMatchObject(others);
  const { rows } = await pool().query("SELECT 1 FROM ledger_transfer WHERE idempotency_key = ANY($1)", [
    refusedKeys,
  ]);
  expect(rows).toEqual([]);
  expect(refusedKeys.length).toBeGreaterThan(RAW / 10);
  await expectLedgerVerified();
});

function routeOf(operationId: string): Route {
  const route = ROUTES.find((one) => one.operationId === operationId);
  if (!route) throw new Error(`There is no route ${operationId}.`);
  return route;
}

async function inTime(answer: Promise<ApiResponse>, request: ApiRequest): Promise<ApiResponse> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`No answer in time: ${describeRequest(request)}`)),
      DEADLINE_MS,
    );
  });
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
}

/** Removes the schema from the names of the tables. */
function unqualified(digests: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(digests).map(([name, digest]) => [name.replace(/^public\./, ""), digest]),
  );
}

/** Without a worker, Brim is not ready. Nothing else may be 5xx. */
const NOT_READY = 503;

function expectCorrect(answer: ApiResponse, route: Route, request: ApiRequest): void {
  const asked = describeRequest(request);
  if (route.operationId === "getReady" && answer.status === NOT_READY) return;
  expect(answer.status, `${asked} ${JSON.stringify(answer.body)}`).toBeLessThan(500);
  if (answer.status >= 400) {
    expectRefusal(answer, { status: answer.status, code: answer.body?.error }, asked);
    return;
  }
  expect(answer.status, asked).toBe(route.response ? 200 : 204);
  expect(answer.headers.get("x-request-id"), asked).toMatch(/^req_/);
  const parsed = route.response?.safeParse(answer.body);
  expect(parsed?.error, asked).toBeUndefined();
}

function describeRequest(request: ApiRequest): string {
  return JSON.stringify(request).slice(0, 1_500);
}
