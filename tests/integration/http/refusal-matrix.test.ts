import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES, type Route } from "@/lib/http";
import { type ApiRequest, adaptersOf } from "@/tests/support/both-adapters";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { depth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import {
  customerRefusals,
  keyRefusals,
  objectRefusals,
  sessionRefusals,
} from "@/tests/support/refusals/access";
import { bodyRefusals } from "@/tests/support/refusals/body";
import { freshObjects, idempotencyRefusals, isFollowedByEvents } from "@/tests/support/refusals/idempotency";
import { queryRefusals } from "@/tests/support/refusals/query";
import { expectRefusal, type Refusal, withHeaders, withQuery } from "@/tests/support/refusals/refusal";
import { stripeRefusals } from "@/tests/support/refusals/stripe";
import { usualKey, validRequest } from "@/tests/support/refusals/valid-request";
import { type ApiWorld, buildWorld, keyOf } from "@/tests/support/refusals/world";
import { digestTables, settledDigest } from "@/tests/support/table-digests";

/** Returns the refusals that the same code makes for all routes. */
function sharedRefusalsOf(route: Route): Refusal[] {
  return [
    ...keyRefusals(route),
    ...sessionRefusals(route),
    ...objectRefusals(route),
    ...queryRefusals(route),
  ];
}

/** Returns the refusals that follow from a route's declaration, so that a new route is tested automatically. */
function refusalsOf(route: Route): Refusal[] {
  return [
    ...sharedRefusalsOf(route),
    ...customerRefusals(route),
    ...bodyRefusals(route),
    ...idempotencyRefusals(route),
    ...stripeRefusals(route),
  ];
}

const OPERATIONS = ROUTES.map((route) => [route.operationId, route] as const);

const SHARED_KINDS = new Set(ROUTES.flatMap((route) => sharedRefusalsOf(route).map(({ what }) => what)));

const firstOfItsKind = new Map<string, string>();
for (const route of [...ROUTES].reverse())
  for (const { what } of refusalsOf(route)) firstOfItsKind.set(what, route.operationId);

/** Whether a refusal is tested in every variant and through both adapters: on the first route that has it, and in a deep run. */
function isTestedInFull({ operationId }: Route, what: string): boolean {
  return depth() === "deep" || firstOfItsKind.get(what) === operationId;
}

function adaptersFor(route: Route, what: string): ("node" | "next")[] {
  return isTestedInFull(route, what) ? ["node", "next"] : ["node"];
}

/** Returns all requests of a refusal or, for shared code, one of them: another one for each route. */
function variantsFor(route: Route, what: string, requests: ApiRequest[]): ApiRequest[] {
  if (isTestedInFull(route, what) || !SHARED_KINDS.has(what)) return requests;
  const at = ROUTES.indexOf(route) % requests.length;
  return requests.slice(at, at + 1);
}

let brim: RunningBrim;
let world: ApiWorld;
/** The digests of the tables after the last refusal. */
let lastDigest: Record<string, string> | undefined;

beforeAll(async () => {
  brim = await startBrim({ settings: { CUSTOMER_REFUNDS: "24" } });
  world = await buildWorld(brim);
  await settledDigest(brim);
});
afterAll(() => brim.stop());

/** Resets the counts, like a restart with other settings. */
function forgetCounts() {
  Object.assign(globalThis, { brimLimiters: undefined, brimEnv: undefined });
}

describe("with limits that are not reached", () => {
  describe.each(OPERATIONS)("%s", (_id, route) => {
    it.each(refusalsOf(route).map((refusal) => [refusal.what, refusal] as const))(
      "rejects %s, and nothing changes",
      async (what, { expected, requests }) => {
        const made = requests(world);
        const refused = variantsFor(route, what, await made);
        // Requests built without the database leave it as it was after the last test.
        const before =
          made instanceof Promise ? await digestTables() : (lastDigest ?? (await digestTables()));

        for (const request of refused) {
          for (const name of adaptersFor(route, what)) {
            const answer = await adaptersOf(brim)[name](route, request);
            expectRefusal(answer, expected, `${name}: ${JSON.stringify(request)}`.slice(0, 600));
          }
        }

        lastDigest = await digestTables();
        expect(lastDigest).toEqual(before);
      },
    );
  });

  describe.each(OPERATIONS.filter(([, route]) => "scope" in route.access))("%s", (_id, route) => {
    it.each(["node", "next"] as const)(
      "accepts the valid request that the others are derived from, through the %s adapter",
      async (adapter) => {
        const objects = await freshObjects(route, world);

        const answer = await adaptersOf(brim)[adapter](route, validRequest(route, world, { objects }));

        expect(answer.status, JSON.stringify(answer.body)).toBe(route.response ? 200 : 204);
        if (isFollowedByEvents(route.path)) await settledDigest(brim);
      },
    );
  });

  it("leaves the ledger consistent", async () => {
    await expectLedgerVerified();
  });
});

const LIMITS = { RATE_LIMIT_READS: "2", RATE_LIMIT_WRITES: "2", RATE_LIMIT_USAGE: "2" };

describe("with limits of two requests per minute", () => {
  beforeAll(() => {
    Object.assign(process.env, LIMITS);
    forgetCounts();
  });
  afterAll(() => {
    for (const name of Object.keys(LIMITS)) delete process.env[name];
    forgetCounts();
  });

  it.each(OPERATIONS.filter(([, route]) => "scope" in route.access))(
    "%s rejects the third request through both adapters, and nothing changes",
    async (_id, route) => {
      const owner = usualKey(route, world) === world.operatorKey ? null : world.customer.customerId;
      const key = await keyOf(owner);
      const valid = withHeaders(validRequest(route, world), { authorization: `Bearer ${key}` });
      const { node, next } = adaptersOf(brim);
      const malformed: ApiRequest = withQuery(valid, "surprise", "1");
      expect([(await node(route, malformed)).status, (await next(route, malformed)).status]).toEqual([
        400, 400,
      ]);
      const before = await digestTables();

      for (const send of [node, next]) {
        const answer = await send(route, valid);

        expectRefusal(answer, { status: 429, code: "RATE_LIMITED" });
        expect(answer.headers.get("x-ratelimit-limit")).toBe("2");
        expect(answer.headers.get("x-ratelimit-remaining")).toBe("0");
        expect(answer.headers.get("retry-after")).toBe(answer.headers.get("x-ratelimit-reset"));
      }

      expect(await digestTables()).toEqual(before);
    },
  );
});
