import { z } from "zod";
import { createApiKey } from "@/lib/api-keys";
import { createCustomer } from "@/lib/customers";
import { ROUTES, type Route } from "@/lib/http";
import { createRouter } from "@/lib/http/adapters/router";
import { MAX_BODY_BYTES, MAX_EVENT_BYTES } from "@/lib/http/pipeline/read-body";
import { toResponse } from "@/lib/http/pipeline/response";
import type { ApiRequest } from "@/tests/support/both-adapters";
import { fieldsOf, withField } from "@/tests/support/json-fields";
import { bodyOf, parametersOf, validRequest } from "@/tests/support/refusals/valid-request";
import type { ApiWorld } from "@/tests/support/refusals/world";
import { HEADER_SHAPES, JSON_SHAPES, QUERY_SHAPES, type Shape } from "../input-shapes";
import { pointBrimAt } from "../ledger/bench-database";
import type { Scale } from "../scale";
import type { Row } from "../table";
import type { Bench } from "./bench";

/** Node limits the request line and headers together to 16 KiB. */
const MAX_HEADER_BYTES = 15 * 1024;

/** Doubling the input may double the time. Four times would be quadratic. */
const MAX_GROWTH = 3;

/** Part of a request that is filled up to its size limit. */
interface Part {
  /** Row of the result. Several routes can share one. */
  row: string;
  maxBytes: number;
  shapes: readonly Shape[];
  request(text: string): ApiRequest;
}

/** Measures whether the CPU time of any request grows faster than its longest field, header or parameter. */
export async function measureInputSizes(bench: Bench): Promise<Row[]> {
  const { url } = await bench.postgres.ledger("input", { customers: 1, transfersEach: 1, busyTransfers: 1 });
  await pointBrimAt(url);
  const world = await worldOfKeys();
  const worst = new Map<string, { ratio: number; shape: string; count: number }>();
  for (const part of ROUTES.slice(0, bench.scale.inputRoutes).flatMap((route) => partsOf(route, world))) {
    for (const [shape, fill] of part.shapes) {
      const ratio = await growthOf(part, fill, bench.scale);
      const known = worst.get(part.row);
      const count = (known?.count ?? 0) + 1;
      worst.set(part.row, !known || ratio > known.ratio ? { ratio, shape, count } : { ...known, count });
    }
  }
  return [...worst].map(([row, { ratio, shape, count }]) => ({
    kind: "limit",
    name: `${row}: double the size, worst of ${count} (${shape})`,
    measured: { median: ratio, min: ratio, max: ratio },
    unit: "×",
    below: MAX_GROWTH,
  }));
}

/** Creates API keys and a customer. Objects in paths need not exist. */
async function worldOfKeys(): Promise<ApiWorld> {
  const { customerId } = await createCustomer({ name: "bench", email: "bench@example.com" });
  const key = async (owner: typeof customerId | null) =>
    (await createApiKey({ customerId: owner, name: "bench", scopes: "all" })).secret;
  return {
    operatorKey: await key(null),
    customer: { customerId, key: await key(customerId) },
  } as ApiWorld;
}

function partsOf(route: Route, world: ApiWorld): Part[] {
  const objects = pathExamples(route);
  const plain = validRequest(route, world, { objects });
  const name = route.operationId;
  const withHeader = (header: string) => (text: string) => ({
    ...plain,
    headers: { ...plain.headers, [header]: text },
  });
  return [
    ...HEADERS.map((header) => ({
      row: `header ${header}`,
      maxBytes: MAX_HEADER_BYTES,
      shapes: HEADER_SHAPES,
      request: withHeader(header),
    })),
    ...Object.keys(objects).map((parameter) => ({
      row: `${name} {${parameter}}`,
      maxBytes: MAX_HEADER_BYTES,
      shapes: QUERY_SHAPES,
      request: (text: string) => {
        const path = validRequest(route, world, { objects: { ...objects, [parameter]: text } }).path;
        return { ...plain, path };
      },
    })),
    ...["unknown", ...Object.keys(parametersOf(route).properties)].map((parameter) => ({
      row: parameter === "unknown" ? "a query of any kind" : `${name} ?${parameter}`,
      maxBytes: MAX_HEADER_BYTES,
      shapes: QUERY_SHAPES,
      request: (text: string) => ({
        ...plain,
        path: `${plain.path}${plain.path.includes("?") ? "&" : "?"}${parameter}=${text}`,
      }),
    })),
    ...bodyParts(route, world, plain),
  ];
}

const HEADERS = [
  "authorization",
  "brim-customer",
  "content-encoding",
  "content-type",
  "cookie",
  "idempotency-key",
  "origin",
  "stripe-signature",
  "x-forwarded-for",
];

/** Placeholder in a body for the text under test. */
const HERE = "@here@";

function bodyParts(route: Route, world: ApiWorld, plain: ApiRequest): Part[] {
  const asBody = (body: string) => ({ ...plain, body });
  const whole = (maxBytes: number): Part => ({
    row: `${route.operationId} body`,
    maxBytes,
    shapes: JSON_SHAPES,
    request: asBody,
  });
  if (route.access.kind === "stripe") return [whole(MAX_EVENT_BYTES)];
  if (!route.body) return [];
  const maxBytes = route.maxBodyBytes ?? MAX_BODY_BYTES;
  return [
    whole(maxBytes),
    ...fieldsOf(route.body).map(({ path }) => {
      const [before = "", after = ""] = JSON.stringify(withField(bodyOf(route, world), path, HERE)).split(
        JSON.stringify(HERE),
      );
      return {
        row: `${route.operationId} ${path}`,
        maxBytes: maxBytes - before.length - after.length,
        shapes: JSON_SHAPES,
        request: (text: string) => asBody(before + text + after),
      };
    }),
  ];
}

/** Returns ids in the form of each path parameter. */
function pathExamples(route: Route): Record<string, string> {
  if (!route.params) return {};
  const { properties = {} } = z.toJSONSchema(route.params) as {
    properties?: Record<string, { examples?: unknown[] }>;
  };
  return Object.fromEntries(
    Object.entries(properties).map(([name, { examples }]) => [name, String(examples?.[0] ?? "none")]),
  );
}

/** How often a growth above the limit is measured again, to rule out noise. */
const CONFIRMATIONS = 3;

async function growthOf(part: Part, fill: Shape[1], scale: Scale): Promise<number> {
  const half = part.request(fill(Math.floor(part.maxBytes / 2)));
  const full = part.request(fill(part.maxBytes));
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < CONFIRMATIONS && !(least < MAX_GROWTH); count++) {
    const [once, twice] = await bestOf(scale, half, full);
    least = Math.min(least, twice / once);
  }
  return least;
}

/** Returns the lowest CPU time of each, measured alternately. */
async function bestOf(
  { rounds, sliceMs }: Scale,
  half: ApiRequest,
  full: ApiRequest,
): Promise<[number, number]> {
  const repeats = await repeatsFor(half, sliceMs); // a thousandth of a slice, because there are thousands
  let [once, twice] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < rounds; round++) {
    once = Math.min(once, await cpuMicroseconds(half, repeats));
    twice = Math.min(twice, await cpuMicroseconds(full, repeats));
  }
  return [once, twice];
}

const MAX_REPEATS = 20;

/** Returns enough repeats for the CPU clock to measure the shorter request. */
async function repeatsFor(request: ApiRequest, sliceMicroseconds: number): Promise<number> {
  await send(request); // warms up code and prepared statements
  const once = await cpuMicroseconds(request, 1);
  return Math.min(MAX_REPEATS, Math.max(1, Math.ceil(sliceMicroseconds / Math.max(1, once))));
}

async function cpuMicroseconds(request: ApiRequest, repeats: number): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < repeats; count++) await send(request);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Serves all routes. Handlers that call Stripe do nothing. */
const handle = createRouter(
  ROUTES.map((route) => (callsStripe(route) ? { ...route, run: doNothing } : route)),
  toResponse,
);

function callsStripe({ tag, method }: Route): boolean {
  return tag === "Billing" && method !== "GET";
}

async function doNothing() {
  return {};
}

async function send({ method, path, headers, body }: ApiRequest): Promise<void> {
  const length: Record<string, string> =
    body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const response = await handle(
    new Request(`http://localhost:3000${path}`, { method, headers: { ...headers, ...length }, body }),
  );
  await response.arrayBuffer();
}
