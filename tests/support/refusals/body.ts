import type { Route } from "@/lib/http";
import type { ApiRequest } from "../both-adapters";
import { fieldsOf, withField, wrongValuesOf } from "../json-fields";
import { type Expected, invalid, type Refusal, withHeaders } from "./refusal";
import { bodyOf, validRequest } from "./valid-request";
import type { ApiWorld } from "./world";

const TOO_LARGE: Expected = { status: 413, code: "PAYLOAD_TOO_LARGE" };
const NOT_JSON: Expected = { status: 415, code: "UNSUPPORTED_MEDIA_TYPE" };

/** Default body limit of a route. */
const DEFAULT_MAX_BYTES = 64 * 1024;

/** Requests with an invalid body: too large, not JSON, and each field invalid in each way. */
export function bodyRefusals(route: Route): Refusal[] {
  const { body } = route;
  if (!body) return [];
  const withBody = (world: ApiWorld, text: string): ApiRequest => ({
    ...validRequest(route, world),
    body: text,
  });
  const maxBytes = route.maxBodyBytes ?? DEFAULT_MAX_BYTES;
  const padded = (world: ApiWorld) => {
    const request = validRequest(route, world);
    return { ...request, body: `${request.body}${" ".repeat(maxBytes)}` };
  };
  const refusals: Refusal[] = [
    {
      what: "a body that is too large, with or without a content length",
      expected: TOO_LARGE,
      requests: (world) => [padded(world), { ...padded(world), isChunked: true }],
    },
    {
      what: "a body with another content type",
      expected: NOT_JSON,
      requests: (world) =>
        ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/json5", ""].map(
          (type) => withHeaders(validRequest(route, world), { "content-type": type }),
        ),
    },
    {
      what: "a body in another charset than UTF-8, and a compressed body",
      expected: NOT_JSON,
      requests: (world) => [
        ...["utf-16", "iso-8859-1", '"utf-8-sig"', ""].map((charset) =>
          withHeaders(validRequest(route, world), { "content-type": `application/json; charset=${charset}` }),
        ),
        ...["gzip", "br", "identity, gzip"].map((encoding) =>
          withHeaders(validRequest(route, world), { "content-encoding": encoding }),
        ),
      ],
    },
    {
      what: "a body that is not JSON",
      expected: invalid(""),
      requests: (world) =>
        ["{", "{a: 1}", "undefined", "\u0000", "{}{}", '{"a": 1, "a": 2}', " "].map((text) =>
          withBody(world, text),
        ),
    },
    {
      what: "a body that is not an object",
      expected: invalid(""),
      requests: (world) => ["[]", '"text"', "12", "null", "true"].map((text) => withBody(world, text)),
    },
    {
      what: "an unknown field",
      expected: invalid("surprise"),
      requests: (world) => [
        withBody(world, JSON.stringify({ ...(bodyOf(route, world) as object), surprise: "x" })),
      ],
    },
    {
      what: "a field named __proto__",
      expected: invalid("__proto__"),
      requests: (world) => [
        withBody(
          world,
          JSON.stringify(bodyOf(route, world)).replace(/^\{/, '{"__proto__":{"a":1},').replace(",}", "}"),
        ),
      ],
    },
    ...fieldsOf(body).flatMap((field) => fieldRefusals(route, field)),
  ];
  if (route.mayOmitBody) return refusals;
  return [
    ...refusals,
    { what: "an empty body", expected: invalid(""), requests: (world) => [withBody(world, "")] },
  ];
}

function fieldRefusals(
  route: Route,
  { path, types, isRequired }: ReturnType<typeof fieldsOf>[number],
): Refusal[] {
  const withValue = (world: ApiWorld, value: unknown): ApiRequest => ({
    ...validRequest(route, world),
    body: JSON.stringify(withField(bodyOf(route, world), path, value)),
  });
  const refusals: Refusal[] = [
    {
      what: `${path} of the wrong type`,
      expected: invalid(path),
      requests: (world) => wrongValuesOf(types).map((value) => withValue(world, value)),
    },
  ];
  if (types.includes("string")) {
    refusals.push({
      what: `${path} with a character that Postgres cannot store`,
      expected: invalid(path),
      requests: (world) =>
        ["\u0000", "a\u0000b", "\ud800", "\udc00\ud800"].map((text) => withValue(world, text)),
    });
    refusals.push({
      what: `${path} that is too long`,
      expected: invalid(path),
      requests: (world) => [withValue(world, "1".repeat(10_000))],
    });
  }
  if (!isRequired) return refusals;
  return [
    ...refusals,
    {
      what: `a body without ${path}`,
      expected: invalid(path),
      requests: (world) => [withValue(world, undefined)],
    },
  ];
}
