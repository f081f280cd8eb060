import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { aCustomer, call, type RunningBrim, startBrim } from "@/tests/support/brim";
import { takeDatabaseAway } from "@/tests/support/database";

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
  it.each<[string, (payload: string) => [string, string | null]]>([
    ["no signature", (payload) => [payload, null]],
    ["an empty signature", (payload) => [payload, ""]],
    ["a signature of another form", (payload) => [payload, "v1=abc"]],
    ["a wrong secret", (payload) => [payload, sign(payload, { secret: "whsec_wrong" })]],
    ["an old timestamp", (payload) => [payload, sign(payload, { ageSeconds: 301 })]],
    ["a changed body", (payload) => [`${payload} `, sign(payload)]],
  ])("refuses %s with 400 and stores nothing", async (_what, forge) => {
    const event = anEvent();
    const [payload, signature] = forge(JSON.stringify(event));

    const answer = await deliver(payload, signature);

    expect(answer.status).toBe(400);
    expect(answer.body.details.issues[0].path).toBe("Stripe-Signature");
    expect(await prisma().stripeEvent.count({ where: { stripeEventId: String(event.id) } })).toBe(0);
  });

  it.each([
    ["a body that is not JSON", "hello"],
    [
      "a thin event",
      JSON.stringify({ id: "evt_thin", object: "v2.core.event", type: "v1.billing.meter.no_meter_found" }),
    ],
  ])("refuses %s with 400 although it is signed", async (_what, payload) => {
    expect((await deliver(payload, sign(payload))).status).toBe(400);
  });

  it("takes a delivery signed with any of the secrets", async () => {
    for (const secret of ["whsec_old", brim.webhookSecret]) {
      const payload = JSON.stringify(anEvent({ type: "account.updated" }));

      expect((await deliver(payload, sign(payload, { secret }))).body).toMatchObject({
        received: true,
        as: "ignored",
      });
    }
  });

  it.each([
    ["a type that we do not act on", { type: "account.updated" }],
    ["an object that is not ours", {}],
    ["an event of the other mode", { livemode: true }],
  ])("answers %s with 200 and stores it as ignored", async (_what, change) => {
    const event = anEvent(change);
    const payload = JSON.stringify(event);

    const answer = await deliver(payload, sign(payload));

    expect(answer.status).toBe(200);
    const row = await prisma().stripeEvent.findUniqueOrThrow({ where: { stripeEventId: String(event.id) } });
    expect(row).toMatchObject({ status: "ignored", livemode: event.livemode });
    expect((await deliver(payload, sign(payload))).body.as).toBe("duplicate");
  });

  it("answers 503 while the database is away, loses nothing, and handles the next delivery", async () => {
    const event = anEvent();
    const payload = JSON.stringify(event);
    const comeBack = await takeDatabaseAway(requireDatabaseUrl());

    const answer = await deliver(payload, sign(payload));

    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(answer.body.error).toBe("SERVICE_UNAVAILABLE");
    await comeBack();
    expect((await deliver(payload, sign(payload))).body).toMatchObject({ received: true, as: "ignored" });
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

  // Even rightly signed, an event is only a hint: Stripe itself says that nobody has paid.
  const answer = await deliver(payload, sign(payload));

  expect(answer.status).toBe(200);
  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("0.00");
});
