import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageFields, topUpParams } from "../support/checkout-params";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

/** The outcome of a payment: a status, or the decline code. */
type Outcome =
  | "succeeded"
  | "requires_action"
  | "insufficient_funds"
  | "generic_decline"
  | "lost_card"
  | "stolen_card"
  | "expired_card"
  | "incorrect_cvc"
  | "processing_error"
  | "authentication_required";

interface Row {
  number: string;
  /** On-session. */
  onSession: Outcome;
  /** Off-session, with a card that was only attached. */
  offSession: Outcome;
  /** Saved without a payment. */
  setup: Outcome;
  /** Off-session, after the setup completed; undefined where the setup fails. */
  afterSetup?: Outcome;
}

const plain = (number: string): Row => ({
  number,
  onSession: "succeeded",
  offSession: "succeeded",
  setup: "succeeded",
  afterSetup: "succeeded",
});
const declines = (number: string, outcome: Outcome): Row => ({
  number,
  onSession: outcome,
  offSession: outcome,
  setup: outcome,
});

/** The documented test cards. */
const rows: Row[] = [
  plain("4242424242424242"),
  {
    number: "4000002500003155",
    onSession: "requires_action",
    offSession: "authentication_required",
    setup: "requires_action",
    afterSetup: "succeeded",
  },
  {
    number: "4000002760003184",
    onSession: "requires_action",
    offSession: "authentication_required",
    setup: "requires_action",
    afterSetup: "authentication_required",
  },
  {
    number: "4000003800000446",
    onSession: "requires_action",
    offSession: "succeeded",
    setup: "requires_action",
    afterSetup: "succeeded",
  },
  {
    number: "4000008260003178",
    onSession: "requires_action",
    offSession: "authentication_required",
    setup: "requires_action",
    afterSetup: "insufficient_funds",
  },
  {
    number: "4000008400001629",
    onSession: "requires_action",
    offSession: "authentication_required",
    setup: "requires_action",
  },
  declines("4000000000009995", "insufficient_funds"),
  declines("4000000000000002", "generic_decline"),
  declines("4000000000009987", "lost_card"),
  declines("4000000000009979", "stolen_card"),
  declines("4000000000000069", "expired_card"),
  declines("4000000000000127", "incorrect_cvc"),
  declines("4000000000000119", "processing_error"),
  {
    number: "4000000000000341",
    onSession: "generic_decline",
    offSession: "generic_decline",
    setup: "succeeded",
    afterSetup: "generic_decline",
  },
  plain("4000000000000259"),
  plain("4000000000001976"),
  plain("4000000000005423"),
  plain("4000000000005126"),
  plain("4000000000007726"),
];

function makeCard(number: string): Promise<Stripe.PaymentMethod> {
  return stripe.paymentMethods.create({ type: "card", card: { number, exp_month: 12, exp_year: 2034 } });
}

/** Returns the status of an intent, or the decline code. */
async function outcomeOf(intent: Promise<{ status: string }>): Promise<string> {
  try {
    return (await intent).status;
  } catch (error) {
    const refusal = error as Stripe.errors.StripeCardError;
    expect(refusal).toMatchObject({ statusCode: 402, type: "StripeCardError" });
    return refusal.decline_code ?? refusal.code ?? "no code";
  }
}

async function payAway(customer: string, method: string): Promise<string> {
  return outcomeOf(
    stripe.paymentIntents.create({
      amount: 2500,
      currency: "usd",
      customer,
      payment_method: method,
      off_session: true,
      confirm: true,
    }),
  );
}

describe.each(rows)("the card $number", ({ number, onSession, offSession, setup, afterSetup }) => {
  it(`paid on-session: ${onSession}`, async () => {
    const method = await makeCard(number);

    const outcome = await outcomeOf(
      stripe.paymentIntents.create({
        amount: 2500,
        currency: "usd",
        payment_method: method.id,
        confirm: true,
      }),
    );

    expect(outcome).toBe(onSession);
  });

  it(`paid off-session: ${offSession}`, async () => {
    const customer = await stripe.customers.create({});
    const method = await makeCard(number);
    const attached = await outcomeOf(
      stripe.paymentMethods.attach(method.id, { customer: customer.id }).then(() => ({ status: "attached" })),
    );

    const outcome = attached === "attached" ? await payAway(customer.id, method.id) : attached;

    expect(outcome).toBe(offSession);
  });

  it(`set up: ${setup}, then paid off-session: ${afterSetup ?? "not possible"}`, async () => {
    const customer = await stripe.customers.create({});
    const method = await makeCard(number);
    const intent = stripe.setupIntents.create({
      customer: customer.id,
      payment_method: method.id,
      confirm: true,
    });
    const outcome = await outcomeOf(intent);

    expect(outcome).toBe(setup);
    if (setup === "requires_action") {
      await sandbox.control("POST", `/payments/${(await intent).id}/authenticate`, { answer: "complete" });
    }
    const saved = (await stripe.customers.listPaymentMethods(customer.id)).data.map(({ id }) => id);
    expect(saved).toEqual(afterSetup ? [method.id] : []);
    if (afterSetup) expect(await payAway(customer.id, method.id)).toBe(afterSetup);
  });

  it("has the same outcome in Checkout as on-session", async () => {
    const customer = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create(topUpParams(customer.id));

    const answer = await sandbox.submit(session.id, { ...pageFields, cardNumber: number });

    const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
    const intent = after.payment_intent as Stripe.PaymentIntent;
    const declineCode = intent.last_payment_error?.decline_code;
    expect(declineCode ?? intent.status).toBe(onSession);
    expect(after.status).toBe(onSession === "succeeded" ? "complete" : "open");
    expect(answer.status).toBe(declineCode ? 402 : 303);
  });
});

it("rejects a number with a wrong check digit as incorrect_number", async () => {
  await expect(makeCard("4242424242424241")).rejects.toMatchObject({
    statusCode: 402,
    type: "StripeCardError",
    code: "incorrect_number",
    param: "card[number]",
  });
});

it.each([
  ["pm_card_visa", "visa", "succeeded"],
  ["pm_card_mastercard", "mastercard", "succeeded"],
  ["pm_card_amex", "amex", "succeeded"],
  ["pm_card_authenticationRequiredOnSetup", "visa", "requires_action"],
  ["pm_card_authenticationRequired", "visa", "requires_action"],
  ["pm_card_authenticationRequiredSetupForOffSession", "visa", "requires_action"],
  ["pm_card_chargeCustomerFail", "visa", "generic_decline"],
  ["pm_card_createDispute", "visa", "succeeded"],
  ["pm_card_refundFail", "visa", "succeeded"],
  ["pm_card_chargeDeclined", "visa", "generic_decline"],
])("accepts %s as a payment method", async (alias, brand, outcome) => {
  const card = alias.replace("pm_card_", "tok_");
  const byToken = await stripe.paymentMethods.create({ type: "card", card: { token: card } });

  const paid = await outcomeOf(
    stripe.paymentIntents.create({ amount: 900, currency: "usd", payment_method: alias, confirm: true }),
  );

  expect(paid).toBe(outcome);
  expect(byToken.card?.brand).toBe(brand);
});
