import type { Route } from "@/lib/http";
import { ROUTES } from "@/lib/http";
import type { ApiRequest } from "../both-adapters";
import { call } from "../brim";
import { invalid, type Refusal, withHeaders, withQuery } from "./refusal";
import { parametersOf, validRequest } from "./valid-request";
import type { ApiWorld } from "./world";

/** Requests with an invalid query: unknown, repeated or out-of-range parameters. */
export function queryRefusals(route: Route): Refusal[] {
  const { properties } = parametersOf(route);
  const names = Object.keys(properties);
  return [
    {
      what: "an unknown parameter",
      expected: invalid("surprise"),
      requests: (world) => [withQuery(validRequest(route, world), "surprise", "1")],
    },
    {
      what: "a parameter named __proto__",
      expected: invalid("__proto__"),
      requests: (world) => [withQuery(validRequest(route, world), "__proto__", "1")],
    },
    ...names.map((name) => ({
      what: `a repeated ${name}`,
      expected: invalid(name),
      requests: (world: ApiWorld) => {
        const value = String(properties[name]?.examples?.[0] ?? "1");
        return [withQuery(withQuery(validRequest(route, world), name, value), name, value)];
      },
    })),
    ...names.map((name) => ({
      what: `${name} with a NUL character, and one that is too long`,
      expected: invalid(name),
      requests: (world: ApiWorld) =>
        ["\u0000", "a\u0000", "1".repeat(2_000)].map((value) =>
          setQuery(validRequest(route, world), name, value),
        ),
    })),
    ...(names.includes("limit") ? [limitRefusal(route)] : []),
    ...(names.includes("cursor") ? cursorRefusals(route) : []),
  ];
}

/** Returns a request with one parameter replaced. */
function setQuery(request: ApiRequest, name: string, value: string): ApiRequest {
  const [path = "", query] = request.path.split("?");
  const parameters = new URLSearchParams(query);
  parameters.set(name, value);
  return { ...request, path: `${path}?${parameters}` };
}

function limitRefusal(route: Route): Refusal {
  const values = ["0", "101", "abc", "-1", "1.5", "", "1e1", " 1", "0x10", "٣"];
  return {
    what: "an invalid limit",
    expected: invalid("limit"),
    requests: (world) => values.map((value) => withQuery(validRequest(route, world), "limit", value)),
  };
}

function cursorRefusals(route: Route): Refusal[] {
  const withCursors = (world: ApiWorld, cursors: string[]) =>
    cursors.map((cursor) => withQuery(validRequest(route, world), "cursor", cursor));
  const refusals: Refusal[] = [
    {
      what: "a forged, changed or truncated cursor",
      expected: invalid("cursor"),
      requests: async (world) => {
        const cursor = await cursorOf(world, validRequest(route, world));
        return withCursors(world, [
          "",
          "abc",
          "1",
          "é",
          Buffer.from("1").toString("base64url"),
          `${cursor.slice(0, -2)}${cursor.endsWith("AA") ? "BB" : "AA"}`,
          `${cursor.startsWith("A") ? "B" : "A"}${cursor.slice(1)}`,
          cursor.slice(0, -4),
          `${cursor}AAAA`,
          `${cursor} `,
          `${cursor}=`,
        ]);
      },
    },
    {
      what: "a cursor of another list",
      expected: invalid("cursor"),
      requests: async (world) => {
        const others = ROUTES.filter(
          (one) => one.operationId !== route.operationId && "cursor" in parametersOf(one).properties,
        );
        const cursors = await Promise.all(others.map((one) => cursorOf(world, validRequest(one, world))));
        return withCursors(world, cursors);
      },
    },
  ];
  if (route.access.kind === "operator") return refusals;
  return [
    ...refusals,
    {
      what: "a cursor of another customer's list",
      expected: invalid("cursor"),
      requests: async (world) => {
        const theirs = withHeaders(validRequest(route, world), {
          authorization: `Bearer ${world.other.key}`,
        });
        return withCursors(world, [await cursorOf(world, theirs)]);
      },
    },
  ];
}

/** Returns the cursor to the second item of a list. */
async function cursorOf({ brim }: ApiWorld, request: ApiRequest): Promise<string> {
  const { path, headers } = withQuery(request, "limit", "1");
  const { body } = await call(brim, path, { headers });
  if (typeof body.next_cursor === "string") return body.next_cursor;
  throw new Error(
    `${path} has no second page: make two lines of it in tests/support/refusals/world.ts. ${JSON.stringify(body)}`,
  );
}
