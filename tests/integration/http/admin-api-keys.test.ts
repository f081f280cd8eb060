import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { type ApiCustomer, aCustomer, callerWith, type RunningBrim, startBrim } from "@/tests/support/brim";
import { actionsOn, anOperator, expectRefusedField, type Operator, walk } from "@/tests/support/operator";
import { topUp } from "@/tests/support/spending";

const KEYS = "/api/v1/admin/api-keys";
const BALANCE = "/api/v1/billing/balance";
const CHARGES = "/api/v1/usage/charges";

let brim: RunningBrim;
let operator: Operator;
let customer: ApiCustomer;

beforeAll(async () => {
  brim = await startBrim();
  [operator, customer] = [await anOperator(brim), await aCustomer(brim)];
});
afterAll(() => brim.stop());

const make = (body: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  operator.post(KEYS, { customer_id: customer.customerId, name: "Production", ...body }, headers);

describe("a new key", () => {
  it("has its scopes, and its secret is shown once", async () => {
    const { status, body } = await make({ scopes: ["billing:read"] });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: "Production",
      customer_id: customer.customerId,
      scopes: ["billing:read"],
      status: "active",
      expires_at: null,
      rolled_from: null,
      rolled_to: null,
    });
    expect(body.api_key.startsWith(body.prefix)).toBe(true);
    expect((await callerWith(brim, body.api_key).get(BALANCE)).status).toBe(200);
    const refused = await callerWith(brim, body.api_key).post("/api/v1/usage/charges", {
      amount_usd: "1.00",
      idempotency_key: "k",
    });
    expect(refused.body.details).toEqual({ required_scope: "usage:write" });

    const shown = await operator.get(`${KEYS}/${body.api_key_id}`);
    const { api_key: secret, ...known } = body;
    expect(shown.body).toEqual({ ...known, last_used_at: expect.any(String) });
    expect(JSON.stringify(shown.body)).not.toContain(secret);
    const { secretHash, ...row } = await prisma().apiKey.findUniqueOrThrow({
      where: { apiKeyId: body.api_key_id },
    });
    expect(JSON.stringify(row)).not.toContain(secret);
    expect(secretHash).toHaveLength(32);
    expect(await actionsOn(body.api_key_id)).toEqual([
      { verb: "create_api_key", apiKeyId: operator.apiKeyId, customerId: customer.customerId, reason: null },
    ]);
  });

  it("has all scopes of its kind by default", async () => {
    expect((await make()).body.scopes).toEqual([
      "billing:read",
      "billing:write",
      "usage:read",
      "usage:write",
    ]);
    expect((await make({ customer_id: null })).body.scopes).toEqual(["usage:read", "usage:write", "admin"]);
  });

  it("is created once per Idempotency-Key under concurrent requests, and only one of them gets the secret", async () => {
    const headers = { "Idempotency-Key": "key-1" };

    const answers = await Promise.all(Array.from({ length: 8 }, () => make({ name: "Once" }, headers)));

    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(new Set(answers.map(({ body }) => body.api_key_id)).size).toBe(1);
    const told = answers.filter(({ body }) => body.api_key !== null);
    expect(told).toHaveLength(1);
    expect(told[0]?.headers.get("idempotent-replayed")).toBeNull();
    const replays = answers.filter(({ body }) => body.api_key === null);
    expect(replays.map(({ headers: sent }) => sent.get("idempotent-replayed"))).toEqual(
      Array(7).fill("true"),
    );
    expect(await prisma().apiKey.count({ where: { name: "Once" } })).toBe(1);
  });

  it("is rejected with 409 if its Idempotency-Key was used for another body or route", async () => {
    const headers = { "Idempotency-Key": "key-2" };
    const { body } = await make({}, headers);

    const [other, roll] = [
      await make({ name: "Other" }, headers),
      await operator.post(`${KEYS}/${body.api_key_id}/roll`, {}, headers),
    ];

    for (const answer of [other, roll]) {
      expect([answer.status, answer.body.error]).toEqual([409, "IDEMPOTENCY_CONFLICT"]);
    }
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["no customer", { customer_id: undefined }, "customer_id"],
    ["the ID of another object type", { customer_id: "key_01m81xgxrcexrs47sfmrsawft1" }, "customer_id"],
    ["an empty name", { name: " " }, "name"],
    ["a name with a control character", { name: "a\u0000b" }, "name"],
    ["a lone surrogate", { name: "a\ud800b" }, "name"],
    ["a long name", { name: "x".repeat(101) }, "name"],
    ["no scope", { scopes: [] }, "scopes"],
    ["admin for a customer", { scopes: ["usage:read", "admin"] }, "scopes"],
    ["billing for the operator", { customer_id: null, scopes: ["billing:read"] }, "scopes"],
    ["an unknown scope", { scopes: ["everything"] }, "scopes.0"],
    ["an expiry in the past", { expires_at: "2020-01-01T00:00:00Z" }, "expires_at"],
    ["an expiry that is not a timestamp", { expires_at: "90d" }, "expires_at"],
    ["an unknown field", { secret: "brim_sk_mine" }, "secret"],
  ])("is refused for %s", async (_what, body, field) => {
    const before = await prisma().apiKey.count();

    expectRefusedField(await make(body), field);
    expect(await prisma().apiKey.count()).toBe(before);
  });

  it("is rejected for a customer that does not exist", async () => {
    const answer = await make({ customer_id: "cust_01m81xgxrcexrs47sfmrsawft1" });

    expect([answer.status, answer.body.error]).toEqual([404, "NOT_FOUND"]);
  });

  it("expires", async () => {
    const expiresAt = new Date(Date.now() + 1_000);
    const { body } = await make({ expires_at: expiresAt.toISOString() });
    const holder = callerWith(brim, body.api_key);
    expect((await holder.get(BALANCE)).status).toBe(200);

    await expect.poll(async () => (await holder.get(BALANCE)).status).toBe(401);

    expect((await operator.get(`${KEYS}/${body.api_key_id}`)).body.status).toBe("expired");
  });
});

describe("the list of keys", () => {
  it("pages through all, newest first, each once, or only those of one customer", async () => {
    const mine = await aCustomer(brim);
    for (let n = 1; n <= 4; n++) await make({ customer_id: mine.customerId, name: `Key ${n}` });

    const all = await walk(operator.get, KEYS, "api_keys", 3);
    const ofMine = await walk(operator.get, `${KEYS}?customer_id=${mine.customerId}`, "api_keys", 2);

    expect(all).toHaveLength(await prisma().apiKey.count());
    expect(new Set(all.map((key) => key.api_key_id)).size).toBe(all.length);
    expect(ofMine.map((key) => key.name)).toEqual(["Key 4", "Key 3", "Key 2", "Key 1", "test"]);
    expect(JSON.stringify(all)).not.toMatch(/brim_sk_\w{9}/);
  });

  it("rejects a cursor of another list, a changed one, and a limit out of range", async () => {
    const { body } = await operator.get("/api/v1/admin/customers?limit=1");
    const { body: own } = await operator.get(`${KEYS}?limit=1`);

    for (const cursor of [body.next_cursor ?? "x", `${own.next_cursor}A`, "AAAA"]) {
      expectRefusedField(await operator.get(`${KEYS}?cursor=${cursor}`), "cursor");
    }
    for (const limit of ["0", "101", "ten"]) {
      expectRefusedField(await operator.get(`${KEYS}?limit=${limit}`), "limit");
    }
  });
});

describe("revoking a key", () => {
  it("takes effect immediately, can be repeated, and records who did it", async () => {
    const { body: made } = await make();
    const holder = callerWith(brim, made.api_key);
    expect((await holder.get(BALANCE)).status).toBe(200);

    const answers = await Promise.all([
      operator.post(`${KEYS}/${made.api_key_id}/revoke`, { reason: "Found in a repository" }),
      operator.post(`${KEYS}/${made.api_key_id}/revoke`, { reason: "Found in a repository" }),
    ]);

    expect((await holder.get(BALANCE)).status).toBe(401);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect(answers[0]?.body).toMatchObject({ status: "revoked", revoked_at: expect.any(String) });
    expect((await actionsOn(made.api_key_id)).slice(1)).toEqual([
      {
        verb: "revoke_api_key",
        apiKeyId: operator.apiKeyId,
        customerId: customer.customerId,
        reason: "Found in a repository",
      },
    ]);
  });

  it("does not revoke the last active admin key unless forced", async () => {
    const one = await anOperator(brim, ["admin"]);
    const others = await prisma().apiKey.findMany({
      where: { scopes: { has: "admin" }, revokedAt: null, apiKeyId: { not: one.apiKeyId } },
    });
    for (const { apiKeyId } of others) await one.post(`${KEYS}/${apiKeyId}/revoke`, {});
    await anOperator(brim, ["usage:write"]);
    const { body: short } = await one.post(KEYS, { customer_id: null, name: "second", scopes: ["admin"] });

    const [first, second] = await Promise.all([
      one.post(`${KEYS}/${one.apiKeyId}/revoke`, {}),
      one.post(`${KEYS}/${short.api_key_id}/revoke`, {}),
    ]);

    expect([first.status, second.status].sort()).toEqual([200, 409]);
    const refused = first.status === 409 ? first : second;
    expect(refused.body.message).toContain("force: true");
    const left = first.status === 409 ? one : callerWith(brim, short.api_key);
    const leftId = first.status === 409 ? one.apiKeyId : short.api_key_id;
    expect((await left.post(`${KEYS}/${leftId}/revoke`, { force: true })).status).toBe(200);
    expect((await left.get(KEYS)).status).toBe(401);
    operator = await anOperator(brim);
  });

  it("does not count expired or rolled keys as admin keys", async () => {
    const only = await anOperator(brim, ["admin"]);
    await prisma().apiKey.updateMany({
      where: { customerId: null, apiKeyId: { not: only.apiKeyId } },
      data: { expiresAt: new Date(Date.now() - 1_000) },
    });
    const { body: rolled } = await only.post(`${KEYS}/${only.apiKeyId}/roll`, { grace_seconds: 3_600 });

    const answer = await only.post(`${KEYS}/${rolled.api_key_id}/revoke`, {});

    expect(answer.status).toBe(409);
    operator = await anOperator(brim);
  });

  it("of a key that does not exist is 404", async () => {
    for (const id of ["key_01m81xgxrcexrs47sfmrsawft1", "key_1", customer.customerId, "%27"]) {
      expect((await operator.post(`${KEYS}/${id}/revoke`, {})).status).toBe(404);
    }
  });
});

describe("rolling a key", () => {
  it("creates a similar key and keeps the old one for the grace period", async () => {
    const { body: old } = await make({ name: "Old", scopes: ["billing:read"] });
    const before = Date.now();

    const { status, body } = await operator.post(`${KEYS}/${old.api_key_id}/roll`, { grace_seconds: 3_600 });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: "Old",
      customer_id: customer.customerId,
      scopes: ["billing:read"],
      rolled_from: old.api_key_id,
      expires_at: null,
    });
    const end = Date.parse(body.previous_expires_at);
    expect(end).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(end).toBeLessThan(Date.now() + 3_600_000);
    for (const key of [old.api_key, body.api_key]) {
      expect((await callerWith(brim, key).get(BALANCE)).status).toBe(200);
    }
    expect((await operator.get(`${KEYS}/${old.api_key_id}`)).body).toMatchObject({
      rolled_to: body.api_key_id,
      expires_at: body.previous_expires_at,
      status: "active",
    });
  });

  it("without a grace period ends the old key before it responds", async () => {
    const { body: old } = await make();
    expect((await callerWith(brim, old.api_key).get(BALANCE)).status).toBe(200);

    const { body } = await operator.post(`${KEYS}/${old.api_key_id}/roll`, { grace_seconds: 0 });

    expect((await callerWith(brim, old.api_key).get(BALANCE)).status).toBe(401);
    expect((await callerWith(brim, body.api_key).get(BALANCE)).status).toBe(200);
  });

  it.each(["a customer", "the operator"])("of %s keeps its idempotency keys", async (whose) => {
    const customerId = whose === "the operator" ? null : customer.customerId;
    const { body: old } = await make({ customer_id: customerId });
    const work = { customer_id: customer.customerId, amount_usd: "1.00", idempotency_key: old.api_key_id };
    await topUp(customer.customerId, "5");
    const first = await callerWith(brim, old.api_key).post(CHARGES, work);

    const { body: rolled } = await operator.post(`${KEYS}/${old.api_key_id}/roll`, {});
    const again = await callerWith(brim, rolled.api_key).post(CHARGES, work);
    const other = await callerWith(brim, rolled.api_key).post(CHARGES, { ...work, amount_usd: "2.00" });

    expect([first.status, again.status, other.status]).toEqual([200, 200, 409]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.body).toEqual(first.body);
  });

  it("happens once under concurrent requests", async () => {
    const { body: old } = await make();

    const answers = await Promise.all([1, 2].map(() => operator.post(`${KEYS}/${old.api_key_id}/roll`, {})));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await prisma().apiKey.count({ where: { rolledFromId: old.api_key_id } })).toBe(1);
  });

  it("returns the same key without its secret for a repeated Idempotency-Key", async () => {
    const { body: old } = await make();
    const roll = () =>
      operator.post(`${KEYS}/${old.api_key_id}/roll`, { grace_seconds: 60 }, { "Idempotency-Key": "roll-1" });

    const answers = await Promise.all([roll(), roll(), roll()]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.api_key_id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.api_key !== null)).toHaveLength(1);
  });

  it("keeps the lifetime of a key that expires", async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { body: old } = await make({ expires_at: expiresAt });

    const { body } = await operator.post(`${KEYS}/${old.api_key_id}/roll`, {});

    expect(body.previous_expires_at).toBe(expiresAt);
    const life = Date.parse(body.expires_at) - Date.now();
    expect(life).toBeGreaterThan(50_000);
    expect(life).toBeLessThan(70_000);
  });

  it("is rejected for a key that is revoked, expired or rolled", async () => {
    const { body: revoked } = await make();
    await operator.post(`${KEYS}/${revoked.api_key_id}/revoke`, {});
    const { body: expired } = await make();
    await prisma().apiKey.update({
      where: { apiKeyId: expired.api_key_id },
      data: { expiresAt: new Date(Date.now() - 1) },
    });
    const { body: rolled } = await make();
    await operator.post(`${KEYS}/${rolled.api_key_id}/roll`, {});

    for (const { api_key_id: id } of [revoked, expired, rolled]) {
      const answer = await operator.post(`${KEYS}/${id}/roll`, {});
      expect([answer.status, answer.body.error]).toEqual([409, "CONFLICT"]);
    }
  });

  it.each([
    ["a negative grace period", { grace_seconds: -1 }, "grace_seconds"],
    ["more than seven days", { grace_seconds: 604_801 }, "grace_seconds"],
    ["fractions of a second", { grace_seconds: 1.5 }, "grace_seconds"],
    ["an expiry in the past", { expires_at: "2020-01-01T00:00:00Z" }, "expires_at"],
  ])("is refused with %s", async (_what, body, field) => {
    const { body: made } = await make();

    expectRefusedField(await operator.post(`${KEYS}/${made.api_key_id}/roll`, body), field);
    expect((await operator.get(`${KEYS}/${made.api_key_id}`)).body).toMatchObject({
      rolled_to: null,
      expires_at: null,
    });
  });
});

describe("managing keys", () => {
  it("requires an operator key with the scope admin", async () => {
    const spender = await anOperator(brim, ["usage:write"]);

    for (const caller of [spender, customer]) {
      const answer = await caller.get(KEYS);
      expect(answer.status).toBe(403);
      expect(answer.body.details).toEqual({ required_scope: "admin" });
      expect((await caller.post(KEYS, { customer_id: null, name: "mine" })).status).toBe(403);
    }
  });
});
