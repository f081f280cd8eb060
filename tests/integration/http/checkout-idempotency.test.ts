import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ensureStripeCustomer } from "@/lib/customers";
import { pruneStoredResponses } from "@/lib/http";
import { type AcquiredKey, acquireIdempotencyKey } from "@/lib/http/pipeline/idempotency";
import { pool, prisma } from "@/lib/platform/db";
import { sweepTopUps } from "@/lib/top-ups";
import {
  type ApiCustomer,
  type ApiResponse,
  aCustomer,
  eventually,
  type RunningBrim,
  startBrim,
} from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import { topUp } from "@/tests/support/spending";

let brim: RunningBrim;
let customer: ApiCustomer;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());
afterEach(() => brim.control("/faults", undefined, "DELETE"));

const CHECKOUT = "/api/v1/billing/checkout-session";
const SESSIONS = { method: "POST", path: "/v1/checkout/sessions" };

const start = (key: string, body: unknown = { amount_usd: "25.00" }) =>
  customer.post(CHECKOUT, body, { "Idempotency-Key": key });

const intentsOf = () => prisma().topUpIntent.findMany({ where: { customerId: customer.customerId } });

/** Returns all sessions of the customer at Stripe. */
async function sessionsAtStripe() {
  const link = await prisma().stripeCustomer.findFirst({ where: { customerId: customer.customerId } });
  if (!link) return [];
  return (await brim.stripe.checkout.sessions.list({ customer: link.stripeCustomerId, limit: 100 })).data;
}

describe("the same idempotency key", () => {
  it("and body returns the same top-up, marked as a replay", async () => {
    customer = await aCustomer(brim);

    const [first, second] = [await start("a"), await start("a", { amount_usd: 25, mode: "payment" })];

    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(await intentsOf()).toHaveLength(1);
  });

  it.each([
    ["amount", { amount_usd: "25.01" }],
    ["mode", { mode: "setup" }],
    ["choice to save the card", { amount_usd: "25.00", save_payment_method: true }],
  ])("and another %s gives 409 and changes nothing", async (_what, body) => {
    customer = await aCustomer(brim);
    await start("a");

    const answer = await start("a", body);

    expect(answer.status).toBe(409);
    expect(answer.body.error).toBe("IDEMPOTENCY_CONFLICT");
    expect(await intentsOf()).toHaveLength(1);
  });

  it("used sixteen times concurrently creates one top-up, one Stripe customer and one session", async () => {
    customer = await aCustomer(brim);

    const answers = await Promise.all(Array.from({ length: 16 }, () => start("a")));

    const [done, running] = [200, 409].map((status) => answers.filter((answer) => answer.status === status));
    expect(done?.length).toBeGreaterThan(0);
    expect([...(done ?? []), ...(running ?? [])]).toHaveLength(16);
    for (const answer of running ?? []) {
      expect(answer.body).toMatchObject({ error: "CONFLICT", details: { reason: "request_in_progress" } });
      expect(answer.headers.get("retry-after")).toBe("1");
    }
    const later = await start("a");
    expect(new Set([...(done ?? []), later].map((answer) => answer.body.url)).size).toBe(1);
    expect(await intentsOf()).toHaveLength(1);
    expect(await sessionsAtStripe()).toHaveLength(1);
  });
});

describe("the key of a top-up that has ended", () => {
  const conflict = (reason: string, topup_intent_id: string) => ({
    status: 409,
    body: { error: "CONFLICT", details: { reason, topup_intent_id } },
  });

  it.each([
    ["reported by an event", "a", true],
    ["without an event", "b", false],
  ])("returns 409 with the reason and the next step: expired, %s", async (_what, key, isTold) => {
    customer = await aCustomer(brim);
    const { body } = await start(key);
    if (!isTold) await brim.control("/deliveries/mode", { mode: "hold" });
    await brim.control(`/checkout/${body.session_id}/expire`);
    if (isTold) await eventually(intentsOf, ([intent]) => intent?.status === "expired");

    const again = await start(key);
    await brim.control("/deliveries/mode", { mode: "deliver" });

    expect(again).toMatchObject(conflict("topup_expired", body.topup_intent_id));
    expect(again.body.message).toMatch(/has expired\. Start a new one with a new idempotency key/);
    expect((await start(`${key}-new`)).status).toBe(200);
  });

  it("gets 409 if it failed", async () => {
    customer = await aCustomer(brim);
    const { body } = await start("a");
    const { customerId } = customer;
    await prisma().topUpIntent.updateMany({ where: { customerId }, data: { status: "failed" } });

    expect(await start("a")).toMatchObject(conflict("topup_failed", body.topup_intent_id));
  });

  it("is not reported as expired while Stripe cannot tell whether it was paid", async () => {
    customer = await aCustomer(brim);
    await start("a");
    await prisma().topUpIntent.updateMany({
      where: { customerId: customer.customerId },
      data: { sessionExpiresAt: new Date(Date.now() - 1_000) },
    });
    await brim.control("/faults", { match: { path: "/v1/*" }, status: 500, times: 1_000 });

    expect((await start("a")).status).toBe(503);
  });
});

describe("the response to a repeated key", () => {
  it("is the same after the top-up was paid, even a day later", async () => {
    customer = await aCustomer(brim);
    const first = await start("a");
    await brim.control(`/checkout/${first.body.session_id}/pay`, {});
    await eventually(intentsOf, ([intent]) => intent?.status === "succeeded");

    const again = await start("a");

    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    await pruneStoredResponses(new Date(Date.now() + 86_400_001));
    expect((await start("a")).body).toEqual(first.body);
    expect(await intentsOf()).toHaveLength(1); // the key on the top-up's own row outlives the stored response
  });

  it("is not returned for another operation", async () => {
    customer = await aCustomer(brim);
    await prisma().storedAnswer.create({
      data: {
        idempotencyOwner: customer.customerId,
        idempotencyKey: "a",
        operationId: "somethingElse",
        requestHash: "x",
        claimId: "x",
        status: 200,
        body: "{}",
        createdAt: new Date(),
      },
    });

    expect((await start("a")).body.error).toBe("IDEMPOTENCY_CONFLICT");
    expect(await intentsOf()).toHaveLength(0);
  });

  it("is not blocked for more than a minute by a request that crashed", async () => {
    customer = await aCustomer(brim);
    const claim = (age: number) =>
      prisma().storedAnswer.create({
        data: {
          idempotencyOwner: customer.customerId,
          idempotencyKey: `cut off ${age}`.replaceAll(" ", "-"),
          operationId: "createCheckoutSession",
          requestHash: "x",
          claimId: "of a process that is gone",
          createdAt: new Date(Date.now() - age),
        },
      });
    await Promise.all([claim(50_000), claim(60_001)]);

    const [young, old] = await Promise.all([start("cut-off-50000"), start("cut-off-60001")]);

    expect(young.status).toBe(409);
    expect(young.headers.get("retry-after")).toBe("1");
    expect(old.status).toBe(200);
  });

  it("is stored only by the holder of the key, not by a request that took longer than a minute", async () => {
    const request = { owner: "operator", key: "slow", operationId: "createCustomer", requestHash: "x" };
    const now = new Date();
    const slow = (await acquireIdempotencyKey(request, now)) as AcquiredKey;
    const next = (await acquireIdempotencyKey(request, new Date(now.getTime() + 60_001))) as AcquiredKey;

    await slow.store({ status: 200, body: "slow" });
    await slow.release();
    await expect(acquireIdempotencyKey(request, new Date())).rejects.toThrow("still running");
    await next.store({ status: 200, body: "next" });

    expect(await acquireIdempotencyKey(request, new Date())).toEqual({ status: 200, body: "next" });
  });

  it("is not stored if the request was rejected, so that the key can be used again", async () => {
    customer = await aCustomer(brim);
    expect((await start("a", { amount_usd: "4.99" })).status).toBe(400);

    expect((await start("a")).status).toBe(200);
  });
});

describe("a key of a charge or hold", () => {
  const CHARGES = "/api/v1/usage/charges";
  const HOLDS = "/api/v1/usage/holds";
  const spend = (path: string, key: string) =>
    customer.post(path, { amount_usd: "0.01", idempotency_key: key });

  it.each([CHARGES, HOLDS])("is rejected for a top-up, and vice versa: %s", async (path) => {
    customer = await aCustomer(brim);
    await topUp(customer.customerId, "5");
    expect((await spend(path, "spent")).status).toBe(200);
    expect((await start("topped-up")).status).toBe(200);

    const answers = [await start("spent"), await spend(path, "topped-up")];

    expect(answers.map(({ body }) => body.error)).toEqual(Array(2).fill("IDEMPOTENCY_CONFLICT"));
    const { rows } = await pool().query(
      "SELECT 1 FROM ledger_transfer WHERE customer_id = $1 AND idempotency_key = 'topped-up'",
      [customer.customerId],
    );
    expect(rows).toEqual([]);
  });

  it.each([CHARGES, HOLDS])("is checked before the balance: %s", async (path) => {
    customer = await aCustomer(brim);
    await start("topped-up");

    expect((await spend(path, "topped-up")).body.error).toBe("IDEMPOTENCY_CONFLICT"); // and not 402
  });

  it("of a top-up rejects one item of a batch but not the others", async () => {
    customer = await aCustomer(brim);
    await topUp(customer.customerId, "5");
    await start("topped-up");
    const charges = ["one", "topped-up", "two"].map((key) => ({ amount_usd: "1.00", idempotency_key: key }));

    const { status, body } = await customer.post(`${CHARGES}/batch`, { charges });

    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { ok: true },
      { ok: false, error: "IDEMPOTENCY_CONFLICT" },
      { ok: true, balance_usd: "3.00" },
    ]);
  });

  it("used concurrently for a charge and a top-up has one effect", async () => {
    customer = await aCustomer(brim);
    await topUp(customer.customerId, "5");
    const rounds = Array.from({ length: atDepth({ ci: 20, deep: 200 }) }, (_, round) => `both-${round}`);

    for (const key of rounds) {
      const answers = await Promise.all([start(key), spend(CHARGES, key)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    }
    const { rows } = await pool().query(
      `SELECT idempotency_key FROM topup_intent JOIN ledger_transfer USING (customer_id, idempotency_owner, idempotency_key)`,
    );
    expect(rows).toEqual([]);
  });
});

describe("while Stripe is unavailable", () => {
  it("the response is 503, and the same key later succeeds with the same intent", async () => {
    customer = await aCustomer(brim);
    await brim.control("/faults", { match: { path: "/v1/*" }, reset: true, times: 1_000 });

    const failed = await start("a");

    expect(failed.status).toBe(503);
    expect(failed.body.error).toBe("SERVICE_UNAVAILABLE");
    const [intent] = await intentsOf();
    expect(intent).toMatchObject({ status: "created", stripeSessionId: null });

    await brim.control("/faults", undefined, "DELETE");
    const retried = await start("a");

    expect(retried.status).toBe(200);
    expect(retried.body.topup_intent_id).toBe(intent?.topUpIntentId);
  });

  it("a 500 that Stripe stores under its key does not block the top-up forever", async () => {
    customer = await aCustomer(brim);
    await start("warm-up");
    await brim.control("/faults", { match: SESSIONS, status: 500, when: "remembered", times: 1 });
    expect((await start("a")).status).toBe(503);
    await brim.control("/faults", undefined, "DELETE");

    expect((await start("a")).status).toBe(200);
  });

  it("a stored 500 for creating the customer does not block the first top-up", async () => {
    customer = await aCustomer(brim);
    const CUSTOMERS = { method: "POST", path: "/v1/customers" };
    await brim.control("/faults", { match: CUSTOMERS, status: 500, when: "remembered", times: 1 });

    const answer = await start("a");
    const again = await start("b");

    expect([answer.status, again.status]).toEqual([200, 200]);
    expect(new Set((await sessionsAtStripe()).map((session) => session.customer)).size).toBe(1);
  });

  it("a lost response leaves no second session that could be paid", async () => {
    customer = await aCustomer(brim);
    await start("warm-up");
    await brim.control("/faults", { match: SESSIONS, reset: true, when: "after_commit", times: 3 });

    const failed = await start("a");
    const retried = failed.status === 200 ? failed : await start("a");

    expect(retried.status).toBe(200);
    const [, intent] = await prisma().topUpIntent.findMany({
      where: { customerId: customer.customerId },
      orderBy: { createdAt: "asc" },
    });
    const own = (await sessionsAtStripe()).filter(
      (session) => session.metadata?.topup_intent_id === intent?.topUpIntentId,
    );
    expect(own.filter((session) => session.status === "open").map((session) => session.id)).toEqual([
      retried.body.session_id,
    ]);
  });

  it("a stored 500 for expiring such a session does not block the top-up", async () => {
    customer = await aCustomer(brim);
    await start("warm-up");
    await brim.control("/faults", { match: SESSIONS, reset: true, when: "after_commit", times: 3 });
    expect((await start("a")).status).toBe(503);
    const ENDINGS = { method: "POST", path: "/v1/checkout/sessions/*" };
    await brim.control("/faults", { match: ENDINGS, status: 500, when: "remembered", times: 1 });

    const answer = await start("a");

    expect(answer.status).toBe(200);
    const open = (await sessionsAtStripe()).filter(({ status }) => status === "open");
    expect(open).toHaveLength(2);
    expect(open.map(({ id }) => id)).toContain(answer.body.session_id);
  });

  it("an intent without a known session is looked up by the sweep and expires after a day", async () => {
    customer = await aCustomer(brim);
    await brim.control("/faults", { match: { path: "/v1/*" }, reset: true, times: 1_000 });
    await start("a");
    await brim.control("/faults", undefined, "DELETE");

    await sweepTopUps(new Date(Date.now() + 11 * 60_000));
    expect((await intentsOf())[0]?.status).toBe("created");
    await sweepTopUps(new Date(Date.now() + 25 * 3_600_000));

    expect((await intentsOf())[0]?.status).toBe("expired");
    expect((await start("a")).status).toBe(409);
  });

  it("a stored expiry that is too soon leads to a new attempt with a later one", async () => {
    customer = await aCustomer(brim);
    await brim.control("/faults", { match: SESSIONS, reset: true, times: 1_000 });
    await start("a");
    await brim.control("/faults", undefined, "DELETE");
    await prisma().topUpIntent.updateMany({
      where: { customerId: customer.customerId },
      data: { sessionExpiresAt: new Date(Date.now() + 20 * 60_000) },
    });

    const answer = await start("a");

    expect(answer.status).toBe(200);
    expect(new Date(answer.body.expires_at).getTime()).toBeGreaterThan(Date.now() + 50 * 60_000);
  });

  it("status and balance can still be read", async () => {
    customer = await aCustomer(brim);
    const { body } = await start("a");
    await brim.control("/faults", { match: { path: "/v1/*" }, reset: true, times: 1_000 });

    expect((await customer.get(`/api/v1/billing/topups/${body.topup_intent_id}`)).body.status).toBe("open");
    expect((await customer.get("/api/v1/billing/balance")).status).toBe(200);
  });
});

it("concurrent requests create one Stripe customer", async () => {
  customer = await aCustomer(brim);

  await Promise.all([start("a"), start("b"), start("c")]);

  const sessions = await eventually(sessionsAtStripe, (list) => list.length === 3);
  expect(new Set(sessions.map((session) => session.customer)).size).toBe(1);
});

describe("an incomplete Stripe setup", () => {
  const setupAlerts = () => prisma().alert.findMany({ where: { kind: "stripe_setup" } });
  const refuse = (fault: object, path = "*") =>
    brim.control("/faults", { ...fault, match: { path }, times: 1_000 });
  const CARD = "pm_1QxK2eLkdIwHu7ixsetup001";

  /** The requests of a customer that reach Stripe. */
  const WAYS: Record<string, (key: string) => Promise<ApiResponse>> = {
    "a top-up": (key) => start(key),
    "the saving of a card": (key) => start(key, { mode: "setup" }),
    "the portal": () => customer.post("/api/v1/billing/portal-session", {}),
    "the choice of a default card": () =>
      customer.post(`/api/v1/billing/payment-methods/${CARD}/default`, {}),
    "the removal of a card": () => customer.delete(`/api/v1/billing/payment-methods/${CARD}`),
  };

  /** A customer with a card at Stripe, so that each request fails at its own call. */
  async function aKnownCustomer() {
    customer = await aCustomer(brim);
    const { customerId } = customer;
    await ensureStripeCustomer(customerId);
    await prisma().paymentMethod.create({
      data: {
        customerId,
        paymentMethodId: CARD,
        livemode: false,
        cardBrand: "visa",
        cardLast4: "4242",
        cardExpMonth: 12,
        cardExpYear: 2040,
      },
    });
    await prisma().alert.deleteMany({ where: { kind: "stripe_setup" } });
  }

  it.each([
    ["an invalid key", { status: 401 }, "secret_key", /^STRIPE_SECRET_KEY is not valid\. Create/],
    [
      "an expired key",
      { status: 401, code: "api_key_expired" },
      "secret_key",
      /^STRIPE_SECRET_KEY has expired\. Create/,
    ],
    [
      "a restricted key without a permission",
      { status: 403 },
      "permission:rak_checkout_session_write",
      /lacks the permission rak_checkout_session_write\. Add it/,
    ],
    [
      "Stripe Tax that is not active",
      { status: 400 },
      "stripe_tax_inactive",
      /^Stripe Tax is not active\. Activate it .* or set STRIPE_AUTOMATIC_TAX=false/,
    ],
  ])(
    "answers 503 on every call to Stripe, and raises one alert: %s",
    async (_name, fault, cause, message) => {
      await aKnownCustomer();
      Object.assign(globalThis, { brimPortalConfiguration: undefined }); // the portal asks Stripe first
      await refuse(fault);

      for (const [way, ask] of Object.entries(WAYS)) {
        const { status, body, headers } = await ask(`setup ${way}`.replaceAll(" ", "-"));
        expect({ way, status, body, wait: headers.get("retry-after") }).toMatchObject({
          way,
          status: 503,
          body: { error: "SERVICE_UNAVAILABLE", details: { reason: "stripe_setup" } },
          wait: "60",
        });
        expect(body.message).toMatch(/^Payments are not available right now because of a problem with our/);
      }

      expect(await setupAlerts()).toEqual([
        expect.objectContaining({
          subjectId: cause,
          resolvedAt: null,
          message: expect.stringMatching(message),
        }),
      ]);
    },
  );

  it("is the same for a customer that does not exist at Stripe yet", async () => {
    customer = await aCustomer(brim);
    await refuse({ status: 403 }, "/v1/customers");

    const refused = await start("setup-new-customer");

    expect([refused.status, refused.body.details]).toEqual([503, { reason: "stripe_setup" }]);
  });

  it("works with the same key once it is set up, and reopens a resolved alert", async () => {
    await aKnownCustomer();
    await refuse({ status: 400 }, SESSIONS.path);
    await start("setup-retry");
    await prisma().alert.updateMany({ data: { resolvedAt: new Date() } });
    await start("setup-retry");
    const alerts = await setupAlerts();
    await brim.control("/faults", undefined, "DELETE");

    const { status } = await start("setup-retry");

    expect(alerts).toEqual([expect.objectContaining({ resolvedAt: null })]);
    expect(status).toBe(200);
    expect(await intentsOf()).toEqual([expect.objectContaining({ status: "open" })]);
  });

  it("is not reported if Stripe rejects the email address: Checkout asks for another", async () => {
    customer = await aCustomer(brim);
    await prisma().customer.update({
      where: { customerId: customer.customerId },
      data: { email: "taken before there was a rule" },
    });

    const { status } = await start("setup-email");

    expect(status).toBe(200);
  });
});
