import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lastEvent } from "../support/sandbox-events";
import { aPaidCharge, eventsAfter } from "../support/sandbox-payments";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

const WARNED = "4000000000005423";

const warn = (id: string, body: object = {}) =>
  sandbox.control<Stripe.Radar.EarlyFraudWarning>("POST", `/charges/${id}/fraud_warning`, body);

async function warningsAfter(mark: Stripe.Event | undefined) {
  return (await eventsAfter(stripe, mark))
    .filter(({ type }) => type.startsWith("radar."))
    .map(({ type, data }) => {
      const warning = data.object as Stripe.Radar.EarlyFraudWarning;
      return [type, warning.actionable, data.previous_attributes];
    });
}

const CREATED = "radar.early_fraud_warning.created";
const UPDATED = "radar.early_fraud_warning.updated";

it("is created after a payment with its test card, and is listed by charge, payment and time", async () => {
  const before = await lastEvent(stripe);

  const charge = await aPaidCharge(sandbox, { card: WARNED });

  const { data } = await stripe.radar.earlyFraudWarnings.list({ charge: charge.id });
  const [warning] = data;
  expect(data).toHaveLength(1);
  expect(warning).toMatchObject({
    object: "radar.early_fraud_warning",
    actionable: true,
    charge: charge.id,
    payment_intent: charge.payment_intent,
    fraud_type: "made_with_stolen_card",
    livemode: false,
  });
  const types = (await eventsAfter(stripe, before)).map(({ type }) => type);
  expect(types.indexOf(CREATED)).toBeGreaterThan(types.indexOf("payment_intent.succeeded"));
  const intent = String(charge.payment_intent);
  const found = await stripe.radar.earlyFraudWarnings.list({
    payment_intent: intent,
    created: { gte: charge.created },
  });
  expect(found.data).toEqual(data);
  const later = await stripe.radar.earlyFraudWarnings.list({ created: { gt: charge.created + 60 } });
  expect(later.data).toEqual([]);
  const expanded = await stripe.radar.earlyFraudWarnings.retrieve(String(warning?.id), {
    expand: ["charge"],
  });
  expect(expanded.charge).toMatchObject({ id: charge.id, amount: charge.amount });
});

it("stays actionable after a partial refund, but not after a full one", async () => {
  const charge = await aPaidCharge(sandbox, { cents: 2000 });
  await warn(String(charge.payment_intent), { fraud_type: "misc" });
  const before = await lastEvent(stripe);

  await stripe.refunds.create({ charge: charge.id, amount: 500 });
  const partly = await warningsAfter(before);
  const rest = await stripe.refunds.create({ charge: charge.id });
  const whole = await warningsAfter(before);
  await sandbox.control("POST", `/refunds/${rest.id}/fail`);

  expect(partly).toEqual([]);
  expect(whole).toEqual([[UPDATED, false, { actionable: true }]]);
  expect((await warningsAfter(before)).at(-1)).toEqual([UPDATED, true, { actionable: false }]);
});

it("is not actionable after a dispute of the payment, whichever comes first", async () => {
  const charge = await aPaidCharge(sandbox);
  const before = await lastEvent(stripe);
  await warn(charge.id);
  await sandbox.control("POST", `/charges/${charge.id}/dispute`);

  const late = await warn(charge.id);

  expect(late.actionable).toBe(false);
  expect(await warningsAfter(before)).toEqual([
    [CREATED, true, undefined],
    [UPDATED, false, { actionable: true }],
    [CREATED, false, undefined],
  ]);
});

it("cannot be created for an unknown charge, and returns 404 for an unknown ID", async () => {
  await expect(warn("ch_unknown")).rejects.toThrow(/No such charge/);
  await expect(stripe.radar.earlyFraudWarnings.retrieve("issfr_unknown")).rejects.toMatchObject({
    statusCode: 404,
    code: "resource_missing",
  });
});
