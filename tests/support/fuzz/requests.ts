import fc from "fast-check";
import { ROUTES, type Route } from "@/lib/http";
import type { ApiRequest } from "../both-adapters";
import { parametersOf, usualKey } from "../refusals/valid-request";
import type { ApiWorld } from "../refusals/world";
import { bodyTextsOf, valuesOf } from "./json-values";

/** A generated request and the name of its route, which failures print. */
export interface MadeUp {
  operationId: string;
  request: ApiRequest;
}

/** Generates requests to all routes from all kinds of callers, many of them valid, most with an error. */
export function madeUpRequests(world: ApiWorld): fc.Arbitrary<MadeUp> {
  return fc.oneof(
    ...ROUTES.map((route) => ({
      // Weighted towards writes, which have more to get wrong.
      weight: route.body ? 4 : 1,
      arbitrary: requestsFor(route, world),
    })),
  );
}

function requestsFor(route: Route, world: ApiWorld): fc.Arbitrary<MadeUp> {
  return fc
    .record({
      path: pathsOf(route, world),
      query: queriesOf(route, world),
      caller: callersOf(route, world),
      type: fc.oneof(
        { weight: 12, arbitrary: fc.constant("application/json") },
        { weight: 1, arbitrary: fc.constantFrom("text/plain", "application/json; charset=utf-16", "", ";") },
      ),
      key: fc.option(
        fc.oneof(fc.constantFrom("a", "b", "c", "d"), fc.uuid(), fc.constantFrom("", "x".repeat(256), "a b")),
      ),
      body: route.body ? bodiesOf(route.body, world) : fc.constant(undefined),
      isChunked: fc.boolean(),
    })
    .map(({ path, query, caller, type, key, body, isChunked }) => ({
      operationId: route.operationId,
      request: {
        method: route.method,
        path: `${path}${query}`,
        headers: {
          ...caller,
          ...(body === undefined ? {} : { "content-type": type }),
          ...(key === null ? {} : { "idempotency-key": key }),
        },
        body,
        isChunked: body !== undefined && body !== "" && isChunked,
      },
    }));
}

/** Generates bodies that mostly name existing customers. */
function bodiesOf(schema: NonNullable<Route["body"]>, world: ApiWorld): fc.Arbitrary<string> {
  const customers = fc.constantFrom(
    world.customer.customerId,
    world.customer.customerId,
    world.other.customerId,
  );
  return fc
    .tuple(bodyTextsOf(schema), customers, fc.uuid())
    .map(([text, customerId, key]) =>
      text
        .replace(/cust_01kaw3h8ezf5vr9q2m7x4c6tnd/g, customerId)
        .replace(/job-8731-step-2|render-551|refund-8731/g, key),
    );
}

/** A character that is invalid in a header. */
const DELETE = 0x7f;

function callersOf(route: Route, world: ApiWorld): fc.Arbitrary<Record<string, string>> {
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const session = {
    cookie: world.cookies.owner,
    origin: world.brim.url,
    "brim-customer": world.customer.customerId,
  };
  const texts = fc.string({
    unit: fc
      .integer({ min: 0x21, max: 0xff })
      .map((code) => String.fromCharCode(code === DELETE ? 0x20 : code)),
  });
  return fc.oneof(
    { weight: 24, arbitrary: fc.constant(bearer(usualKey(route, world))) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(world.customer.key, world.operatorKey, world.other.key).map(bearer),
    },
    { weight: 3, arbitrary: fc.constant(session) },
    { weight: 1, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: texts.map((authorization) => ({ authorization })) },
    {
      weight: 1,
      arbitrary: texts.map((cookie) => ({ ...session, cookie: `next-auth.session-token=${cookie}` })),
    },
    { weight: 1, arbitrary: texts.map((name) => ({ ...session, "brim-customer": name })) },
  );
}

const strangeSegment = fc.oneof(
  fc.constantFrom(
    "%00",
    "%",
    "%zz",
    "%2f..%2f",
    "%ff",
    "__proto__",
    "constructor",
    "%F0%9F%92%A9",
    "x".repeat(5_000),
  ),
  fc.webPath({ size: "small" }).map((path) => path.replaceAll("/", "") || "-"),
  fc.string({ unit: "binary", minLength: 1 }).map(encoded),
);

function pathsOf(route: Route, world: ApiWorld): fc.Arbitrary<string> {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const filled = names.map((name) =>
    fc.oneof(
      { weight: 5, arbitrary: fc.constant(world.objects[name] ?? "-") },
      { weight: 1, arbitrary: fc.constant(world.othersObjects[name] ?? "-") },
      { weight: 1, arbitrary: strangeSegment },
    ),
  );
  return fc.tuple(...filled).map((values) => {
    let index = 0;
    return route.path.replace(/\{\w+\}/g, () => values[index++] ?? "-");
  });
}

function queriesOf(route: Route, world: ApiWorld): fc.Arbitrary<string> {
  const names = Object.keys(parametersOf(route).properties);
  const asSchema = route.query ? valuesOf(route.query) : fc.constant({});
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\u0000", "0", "101", "1e9", "x".repeat(3_000)),
  );
  const odd = fc.array(fc.tuple(fc.constantFrom("__proto__", "", "limit", "cursor", ...names), text), {
    maxLength: 2,
  });
  const rest = fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: odd });
  return fc.tuple(asSchema, rest, fc.boolean()).map(([known, more, isNamed]) => {
    const named =
      isNamed && names.includes("customer_id") ? [["customer_id", world.customer.customerId]] : [];
    const all = [
      ...Object.entries(known as object).filter(([name]) => name !== "customer_id"),
      ...named,
      ...more,
    ];
    if (all.length === 0) return "";
    return `?${all.map(([name, value]) => `${encoded(String(name))}=${encoded(String(value))}`).join("&")}`;
  });
}

/** Percent-encodes text. Lone surrogates become the replacement character. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text, "utf8").toString("utf8"));
}
