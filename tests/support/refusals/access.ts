import { CUSTOMER_SCOPES, OPERATOR_SCOPES } from "@/lib/api-keys";
import { hasScope, ROLES, type Scope, scopesOfRole } from "@/lib/auth";
import type { Route } from "@/lib/http";
import { newId } from "@/lib/platform/ids";
import type { ApiRequest } from "../both-adapters";
import { fieldsOf, withField } from "../json-fields";
import { forbidden, invalid, NOT_FOUND, type Refusal, UNAUTHORIZED, withHeaders, withQuery } from "./refusal";
import { bodyOf, isForOperator, parametersOf, usualKey, validRequest } from "./valid-request";
import { type ApiWorld, keyOf } from "./world";

/** Requests with a missing, invalid, revoked or expired API key, or one without permission. */
export function keyRefusals(route: Route): Refusal[] {
  if (!("scope" in route.access)) return [];
  const { scope } = route.access;
  const kind = isForOperator(route) ? "operator" : "customer";
  const withKey = (world: ApiWorld, authorization: string | undefined) =>
    withHeaders(validRequest(route, world), { authorization });
  return [
    {
      what: "a request without an API key",
      expected: UNAUTHORIZED,
      requests: (world) => [withKey(world, undefined)],
    },
    {
      what: "a header that contains no API key",
      expected: UNAUTHORIZED,
      requests: (world) =>
        ["", "Bearer", "Bearer  ", `Basic ${usualKey(route, world)}`, "Bearer a b", "brim_sk_x"].map(
          (header) => withKey(world, header),
        ),
    },
    {
      what: "an unknown API key",
      expected: UNAUTHORIZED,
      requests: (world) =>
        ["brim_sk_short", `brim_sk_${"A".repeat(48)}`, "sk_test_12345", changed(usualKey(route, world))].map(
          (key) => withKey(world, `Bearer ${key}`),
        ),
    },
    {
      what: "a revoked API key",
      expected: UNAUTHORIZED,
      requests: (world) => [withKey(world, `Bearer ${world.deadKeys[kind].revoked}`)],
    },
    {
      what: "an expired API key",
      expected: UNAUTHORIZED,
      requests: (world) => [withKey(world, `Bearer ${world.deadKeys[kind].expired}`)],
    },
    {
      what: "an API key without the scope",
      expected: forbidden({ required_scope: scope }),
      requests: async (world) => {
        const owner = kind === "operator" ? null : world.customer.customerId;
        return [withKey(world, `Bearer ${await keyOf(owner, scopesWithout(scope, kind))}`)];
      },
    },
    ...wrongKindOfKey(route, scope),
  ];
}

/** Changes a secret, but not its last character, some of whose bits may be padding in base64. */
function changed(secret: string): string {
  const at = secret.length - 5;
  return `${secret.slice(0, at)}${secret[at] === "A" ? "B" : "A"}${secret.slice(at + 1)}`;
}

/** Returns all scopes that a key of this kind can have and that do not include the given one. */
function scopesWithout(scope: Scope, kind: "customer" | "operator"): Scope[] {
  const all = kind === "operator" ? OPERATOR_SCOPES : CUSTOMER_SCOPES;
  return all.filter((one) => !hasScope({ scopes: [one] }, scope));
}

function wrongKindOfKey(route: Route, scope: Scope): Refusal[] {
  const { kind } = route.access;
  if (kind === "any_key") {
    if (!isForOperator(route)) return [];
    const what = "a key of a customer, though it has the scope";
    const requests = (world: ApiWorld) => [
      withHeaders(validRequest(route, world), { authorization: `Bearer ${world.customer.key}` }),
    ];
    return [{ what, expected: forbidden({ reason: "operator_only" }), requests }];
  }
  // Keys of one kind cannot have scopes of the other, so the error names the missing scope.
  return [
    {
      what: kind === "operator" ? "a key of a customer" : "a key of the operator",
      expected: forbidden({ required_scope: scope }),
      requests: (world) => {
        const key = kind === "operator" ? world.customer.key : world.operatorKey;
        return [withHeaders(validRequest(route, world), { authorization: `Bearer ${key}` })];
      },
    },
  ];
}

/** Requests with a browser session: from another origin, for another customer, or with an insufficient role. */
export function sessionRefusals(route: Route): Refusal[] {
  if (!("scope" in route.access)) return [];
  const { scope } = route.access;
  const able = ROLES.filter((role) => hasScope({ scopes: scopesOfRole(role) }, scope));
  const unable = ROLES.filter((role) => !able.includes(role));
  const role = able[0] ?? ROLES[0];
  const from = (world: ApiWorld, headers: Record<string, string | undefined>, who = role): ApiRequest =>
    withHeaders(validRequest(route, world), {
      authorization: undefined,
      cookie: world.cookies[who],
      origin: world.brim.url,
      "brim-customer": world.customer.customerId,
      ...headers,
    });
  const refusals: Refusal[] = [
    {
      what: "a session with a forged cookie",
      expected: UNAUTHORIZED,
      requests: (world) => [from(world, { cookie: changed(world.cookies[role]) })],
    },
    {
      what: "a session that does not name its customer",
      expected: invalid("Brim-Customer"),
      requests: (world) =>
        [undefined, "", "acme", "cust_1", "'; --"].map((name) => from(world, { "brim-customer": name })),
    },
    {
      what: "a session that names another user's customer, or a nonexistent one",
      expected: forbidden({ reason: "not_a_member" }),
      requests: (world) =>
        [world.other.customerId, newId("customer")].map((name) => from(world, { "brim-customer": name })),
    },
  ];
  if (unable.length > 0) {
    refusals.push({
      what: `a session with an insufficient role: ${unable.join(", ")}`,
      expected: forbidden({ required_scope: scope }),
      requests: (world) => unable.map((who) => from(world, {}, who)),
    });
  }
  if (route.method === "GET") return refusals;
  return [
    ...refusals,
    {
      what: "a session's write without our Origin",
      expected: forbidden({ reason: "foreign_origin" }),
      requests: (world) => [
        from(world, { origin: undefined }),
        from(world, { origin: undefined, "sec-fetch-site": "cross-site" }),
        from(world, { origin: "https://evil.example" }),
        from(world, { origin: "https://evil.example", "sec-fetch-site": "same-origin" }),
        from(world, { origin: "null" }),
        from(world, { origin: `${world.brim.url}.evil.example` }),
      ],
    },
  ];
}

/** Requests for objects that do not exist or belong to another customer. Both get the same error. */
export function objectRefusals(route: Route): Refusal[] {
  const names = Object.keys(route.params?.shape ?? {});
  if (names.length === 0) return [];
  const [name = ""] = names;
  const at = (world: ApiWorld, id: string) => validRequest(route, world, { objects: { [name]: id } });
  const refusals: Refusal[] = [
    {
      what: "an unknown id",
      expected: NOT_FOUND,
      requests: (world) =>
        [unknownLike(world.objects[name] ?? ""), "1", "%27", "..%2f", "%00", "x".repeat(300)].map((id) =>
          at(world, id),
        ),
    },
  ];
  if (route.access.kind === "operator") return refusals;
  return [
    ...refusals,
    {
      what: "an id of another customer",
      expected: NOT_FOUND,
      requests: (world) => [at(world, world.othersObjects[name] ?? "")],
    },
  ];
}

/** Returns an unused id of the same form. */
function unknownLike(id: string): string {
  const [prefix] = id.split("_");
  return `${prefix}_01m81xgxrcexrs47sfmrsawft1`;
}

/** Requests of a customer that name another customer, and of an operator that name none. */
export function customerRefusals(route: Route): Refusal[] {
  if (route.access.kind !== "any_key") return [];
  const inBody = route.body
    ? fieldsOf(route.body).find(({ path }) => /(^|\.)customer_id$/.test(path))
    : undefined;
  const field = inBody?.path ?? ("customer_id" in parametersOf(route).properties ? "customer_id" : undefined);
  if (field === undefined) return [];
  const naming = (world: ApiWorld, key: string, customerId: string | undefined): ApiRequest => {
    const request = withHeaders(validRequest(route, world), { authorization: `Bearer ${key}` });
    if (inBody)
      return { ...request, body: JSON.stringify(withField(bodyOf(route, world), field, customerId)) };
    const [path = "", query] = request.path.split("?");
    const rest = new URLSearchParams(query);
    rest.delete("customer_id");
    const bare = { ...request, path: rest.size > 0 ? `${path}?${rest}` : path };
    return customerId === undefined ? bare : withQuery(bare, "customer_id", customerId);
  };
  const refusals: Refusal[] = [
    {
      what: "an operator request that names no customer",
      expected: invalid(field),
      requests: (world) =>
        [undefined, "acme", "cust_1"].map((name) => naming(world, world.operatorKey, name)),
    },
  ];
  if (isForOperator(route)) return refusals;
  return [
    ...refusals,
    {
      what: "a customer request that names another customer",
      expected: forbidden({ reason: "foreign_customer", path: field }),
      requests: (world) => [
        naming(world, world.customer.key, world.other.customerId),
        naming(world, world.customer.key, newId("customer")),
      ],
    },
  ];
}
