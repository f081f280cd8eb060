import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { reconcile } from "@/lib/reconciliation";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { aPaidTopUp } from "@/tests/support/paid-top-up";

let brim: RunningBrim;
let testStart: Date;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
beforeEach(() => {
  testStart = new Date(Date.now() - 1_000); // Stripe counts in seconds
});
afterAll(() => brim.stop());

/** Creates a top-up that was started and paid after the backup: Stripe knows it, and the database does not. */
async function aForgottenTopUp(amountCents = 2_500, payerOf?: ApiCustomer) {
  const customer = await aCustomer(brim);
  const topUpIntentId = newId("topUp");
  const { stripe } = brim;
  const { customerId } = customer;
  const payer = await stripe.customers.create({
    metadata: { customer_id: payerOf?.customerId ?? customerId },
    email: "a@example.com",
  });
  const metadata = {
    kind: "topup",
    topup_intent_id: topUpIntentId,
    customer_id: customerId,
    amount_usd_cents: String(amountCents),
  };
  const session = await stripe.checkout.sessions.create({
    mode: "payment",
    customer: payer.id,
    metadata,
    payment_intent_data: { metadata },
    line_items: [
      {
        quantity: 1,
        price_data: { currency: "usd", unit_amount: 2_500, product_data: { name: "Top-up" } },
      },
    ],
    success_url: "https://example.com/ok",
  });
  await brim.control(`/checkout/${session.id}/pay`, {});
  return { customer, topUpIntentId, sessionId: session.id };
}

it("a payment of a known customer recreates its top-up and is credited", async () => {
  const { customer, topUpIntentId, sessionId } = await aForgottenTopUp();

  const { needsPerson, failed } = await reconcile({ since: testStart });

  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("25.00");
  const intent = await customer.get(`/api/v1/billing/topups/${topUpIntentId}`);
  expect(intent.body).toMatchObject({ status: "succeeded", amount_usd: "25.00" });
  expect(intent.body.timeline.map(({ what }: { what: string }) => what)).toEqual([
    "created",
    "restored",
    "paid",
    "credited",
  ]);
  const foreign = await prisma().stripeEvent.findMany({ where: { status: "foreign" } });
  expect(foreign.filter(({ payload }) => JSON.stringify(payload).includes(sessionId))).toEqual([]);
  expect(failed).toBe(0);
  expect(needsPerson.join("\n")).not.toContain(topUpIntentId);
});

it("two concurrent reconciliations credit it once", async () => {
  const { customer } = await aForgottenTopUp();

  await Promise.all([reconcile({ since: testStart }), reconcile({ since: testStart })]);

  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("25.00");
});

it("its refund is applied as well", async () => {
  const { customer, sessionId } = await aForgottenTopUp();
  const session = await brim.stripe.checkout.sessions.retrieve(sessionId);
  await brim.stripe.refunds.create({ payment_intent: String(session.payment_intent), amount: 500 });

  await reconcile({ since: testStart });

  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("20.00");
});

it("its payment must still pass the credit rule", async () => {
  const { customer, topUpIntentId } = await aForgottenTopUp(5_000); // 25.00 were paid

  const { needsPerson } = await reconcile({ since: testStart });

  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("0.00");
  expect(needsPerson.join("\n")).toContain(topUpIntentId);
});

it("a payment of another Stripe customer is not credited", async () => {
  const { customer, topUpIntentId } = await aForgottenTopUp(2_500, await aCustomer(brim));

  const { needsPerson } = await reconcile({ since: testStart });

  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("0.00");
  expect(needsPerson.join("\n")).toContain(topUpIntentId);
});

it("later top-ups of the same customer are credited as well", async () => {
  const { customer } = await aForgottenTopUp();
  await aPaidTopUp(brim, { customer, amount: "10.00" }); // has another Stripe customer by now

  await reconcile({ since: testStart });

  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("35.00");
});
