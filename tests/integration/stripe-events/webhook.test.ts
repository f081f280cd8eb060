import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { aCustomer, call, type RunningBrim, startBrim } from "@/tests/support/brim";
import { blockDatabase } from "@/tests/support/database";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim({ settings: { STRIPE_WEBHOOK_SECRET: "whsec_old,whsec_brimintegrationtests" } });
});
afterAll(() => brim.stop());

const stripe = new Stripe("sk_test_x");
let made = 0;

function anEvent(change: Record<string, unknown> = {}): Record<string, unknown> {
  made += 1;
  return {
    id: `evt_test_${made}`,
    object: "event",
    api_version: "2026-10-28.endive",
    created: Math.floor(Date.now() / 1000),
    livemode: false,
    type: "checkout.session.completed",
    data: { object: { id: "cs_test_x", object: "checkout.session", metadata: {} } },
    pending_webhooks: 1,
    request: null,
    ...change,
  };
}

function sign(payload: string, options: { secret?: string; ageSeconds?: number } = {}): string {
  const { secret = brim.webhookSecret, ageSeconds = 0 } = options;
  const timestamp = Math.floor(Date.now() / 1000) - ageSeconds;
  return stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
}

function requireDatabaseUrl(): string {
  if (!process.env.DATABASE_URL) throw new Error("startBrim sets DATABASE_URL.");
  return process.env.DATABASE_URL;
}

const deliver = (payload: string, signature: string | null) =>
  call(brim, "/api/webhooks/stripe", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(signature === null ? {} : { "stripe-signature": signature }),
    },
    body: payload,
  });

describe("POST /api/webhooks/stripe", () => {
  it.each<[string, (payload: string) => [string, string | null], RegExp]>([
    ["no signature", (payload) => [payload, null], /is missing/],
    ["an empty signature", (payload) => [payload, ""], /is missing/],
    ["a signature of another form", (payload) => [payload, "v1=abc"], /does not match/],
    ["a wrong secret", (payload) => [payload, sign(payload, { secret: "whsec_wrong" })], /does not match/],
    [
      "an old one with a wrong secret",
      (payload) => [payload, sign(payload, { secret: "whsec_wrong", ageSeconds: 301 })],
      /does not match/,
    ],
    ["an old timestamp", (payload) => [payload, sign(payload, { ageSeconds: 301 })], /valid but older/],
    ["a changed body", (payload) => [`${payload} `, sign(payload)], /does not match/],
  ])("refuses %s with 400 and stores nothing", async (_what, forge, message) => {
    const event = anEvent();
    const [payload, signature] = forge(JSON.stringify(event));

    const answer = await deliver(payload, signature);

    expect(answer.status).toBe(400);
    expect(answer.body.details.issues).toEqual([
      { path: "Stripe-Signature", message: expect.stringMatching(message) },
    ]);
    expect(await prisma().stripeEvent.count({ where: { stripeEventId: String(event.id) } })).toBe(0);
  });

  it.each<[string, unknown, string[], RegExp]>([
    ["a body that is not JSON", "hello", [""], /not valid JSON/],
    ["a list", "[]", [""], /must be an event/],
    ["null", "null", [""], /must be an event/],
    ["a text", '"evt_1"', [""], /must be an event/],
    ["an empty object", {}, ["object", "id", "type", "livemode", "created", "data"], /Must be "event"/],
    ["an event without an id", anEvent({ id: undefined }), ["id"], /Must be an event id/],
    ["an id that is a number", anEvent({ id: 1 }), ["id"], /Must be an event id/],
    ["an id with a NUL", anEvent({ id: "evt_\0" }), ["id"], /Must be an event id/],
    ["an id with an unpaired surrogate", anEvent({ id: "evt_\ud800" }), ["id"], /Must be an event id/],
    ["an id that is too long", anEvent({ id: `evt_${"1".repeat(300)}` }), ["id"], /Must be an event id/],
    ["an event without a type", anEvent({ type: undefined }), ["type"], /Must be an event type/],
    ["a type with a NUL", anEvent({ type: "a\0" }), ["type"], /Must be an event type/],
    ["an event without a mode", anEvent({ livemode: undefined }), ["livemode"], /true or false/],
    ["a version with a NUL", anEvent({ api_version: "\0" }), ["api_version"], /Stripe API version/],
    ["a time that is not a number", anEvent({ created: "today" }), ["created"], /Unix timestamp/],
    ["a time that is out of range", anEvent({ created: 1e15 }), ["created"], /Unix timestamp/],
    ["an event without data", anEvent({ data: undefined }), ["data"], /object is missing/],
    ["an event without an object", anEvent({ data: { object: null } }), ["data.object"], /object is missing/],
    [
      "a thin event",
      { id: "evt_thin", object: "v2.core.event", type: "v1.billing.meter.no_meter_found" },
      ["object"],
      /thin event/,
    ],
  ])(
    "refuses %s with 400 and says what is wrong, even if it is signed",
    async (_what, body, paths, message) => {
      const payload = typeof body === "string" ? body : JSON.stringify(body);

      const answer = await deliver(payload, sign(payload));

      expect(answer.status).toBe(400);
      expect(answer.body.details.issues.map(({ path }: { path: string }) => path)).toEqual(paths);
      expect(answer.body.message).toMatch(message);
    },
  );

  it("accepts an event with NUL or invalid Unicode anywhere in its object, including keys", async () => {
    const object = { id: "cs_\0", "a\0b": "\ud800", "\udc00": ["x\0"], backslash: "\\u0000" };
    const event = anEvent({ data: { object } });
    const payload = JSON.stringify(event);

    expect((await deliver(payload, sign(payload))).status).toBe(200);
    const row = await prisma().stripeEvent.findUniqueOrThrow({ where: { stripeEventId: String(event.id) } });
    expect(row.objectId).toBeNull();
    expect(row.payload).toMatchObject({
      data: { object: { "a\ufffdb": "\ufffd", "\ufffd": ["x\ufffd"], backslash: "\\u0000" } },
    });
  });

  it("accepts a delivery that is signed with any of the secrets", async () => {
    for (const secret of ["whsec_old", brim.webhookSecret]) {
      const payload = JSON.stringify(anEvent({ type: "account.updated" }));

      expect((await deliver(payload, sign(payload, { secret }))).body).toMatchObject({
        received: true,
        as: "unhandled",
      });
    }
  });

  it.each([
    ["a type that we do not act on", "unhandled", { type: "account.updated" }],
    ["a type that is the name of something else", "unhandled", { type: "toString" }],
    ["an object that is not ours", "foreign", {}],
    ["an event of the other mode", "foreign", { livemode: true }],
  ])("responds to %s with 200 and stores it as %s", async (_what, status, change) => {
    const event = anEvent(change);
    const payload = JSON.stringify(event);

    const answer = await deliver(payload, sign(payload));

    expect(answer.status).toBe(200);
    const row = await prisma().stripeEvent.findUniqueOrThrow({ where: { stripeEventId: String(event.id) } });
    expect(row).toMatchObject({ status, livemode: event.livemode });
    expect(row.finishedAt === null).toBe(status === "unhandled");
    expect((await deliver(payload, sign(payload))).body.as).toBe("duplicate");
  });

  it("responds with 503 while the database is down, loses nothing, and handles the next delivery", async () => {
    const event = anEvent();
    const payload = JSON.stringify(event);
    const unblockDatabase = await blockDatabase(requireDatabaseUrl());

    const answer = await deliver(payload, sign(payload));

    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(answer.body.error).toBe("SERVICE_UNAVAILABLE");
    await unblockDatabase();
    expect((await deliver(payload, sign(payload))).body).toMatchObject({ received: true, as: "foreign" });
  });
});

it("a forged success page credits nothing", async () => {
  const customer = await aCustomer(brim);
  const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "25.00" });
  const payload = JSON.stringify(
    anEvent({
      data: {
        object: {
          id: body.session_id,
          object: "checkout.session",
          payment_status: "paid",
          status: "complete",
          amount_subtotal: 2_500,
          currency: "usd",
          metadata: { topup_intent_id: body.topup_intent_id, customer_id: customer.customerId },
        },
      },
    }),
  );

  // Even a correctly signed event is only a hint: according to Stripe nobody has paid.
  const answer = await deliver(payload, sign(payload));

  expect(answer.status).toBe(200);
  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("0.00");
});
