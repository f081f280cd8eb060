import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pageFields, topUpParams } from "../support/checkout-params";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

type Action = (id: string) => Promise<unknown>;

/** Picks `count` of the actions, the same for the same round. */
function pick(actions: readonly Action[], round: number, count: number): Action[] {
  let state = round + 1;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => actions[Math.floor(next() * actions.length)]).filter(
    (action) => action !== undefined,
  );
}

/** Runs them concurrently. An error response is a valid outcome; a failure of the sandbox is not. */
async function allAtOnce(actions: Action[], id: string): Promise<void> {
  const answers = await Promise.allSettled(actions.map((action) => action(id)));
  for (const answer of answers) {
    if (answer.status === "rejected") expect([400, 402]).toContain(answer.reason.statusCode);
  }
}

async function eventsAbout(id: string): Promise<string[]> {
  const { data } = await stripe.events.list({ limit: 100 });
  return data.filter((event) => (event.data.object as { id: string }).id === id).map((event) => event.type);
}

const onIntent: readonly Action[] = [
  (id) => stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" }),
  (id) => stripe.paymentIntents.confirm(id, { payment_method: "pm_card_authenticationRequired" }),
  (id) => stripe.paymentIntents.confirm(id, { payment_method: "pm_card_chargeDeclined" }),
  (id) => stripe.paymentIntents.capture(id),
  (id) => stripe.paymentIntents.cancel(id),
  (id) => stripe.paymentIntents.update(id, { amount: 3000 }),
];

it.each(Array.from({ length: 12 }, (_, round) => round))(
  "charges an intent at most once under concurrent requests (round %i)",
  async (round) => {
    const { id } = await stripe.paymentIntents.create({
      amount: 2500,
      currency: "usd",
      capture_method: round % 2 === 0 ? "manual" : "automatic_async",
    });

    await allAtOnce(pick(onIntent, round, 6), id);
    await fetch(`${sandbox.url}/_control/payments/${id}/authenticate`, {
      method: "POST",
      body: JSON.stringify({ answer: "complete" }),
    });

    const intent = await stripe.paymentIntents.retrieve(id);
    const charges = (await stripe.charges.list({ payment_intent: id })).data;
    const taken = charges.filter((charge) => charge.captured && charge.status === "succeeded");
    const held = charges.filter((charge) => charge.paid && !charge.captured && !charge.refunded);
    const isPaid = intent.status === "succeeded";
    expect(taken).toHaveLength(isPaid ? 1 : 0);
    expect(held).toHaveLength(intent.status === "requires_capture" ? 1 : 0);
    expect(intent.amount_received).toBe(taken[0]?.amount_captured ?? 0);
    expect(charges.filter((charge) => charge.balance_transaction !== null)).toEqual(taken);
    const ends = (await eventsAbout(id)).filter((type) => /succeeded$|canceled$/.test(type));
    expect(ends).toEqual(
      isPaid ? ["payment_intent.succeeded"] : intent.canceled_at ? ["payment_intent.canceled"] : [],
    );
  },
);

const press = (fields: Record<string, string>) => (id: string) =>
  sandbox.submit(id, { ...pageFields, ...fields });
const onSession: readonly Action[] = [
  press({}),
  press({ cardNumber: "4000000000000002" }),
  press({ cardNumber: "4000002760003184" }),
  press({ payBy: "bank_pays" }),
  (id) => stripe.checkout.sessions.expire(id),
];

it.each(Array.from({ length: 8 }, (_, round) => round))(
  "ends a session in exactly one way under concurrent requests (round %i)",
  async (round) => {
    const customer = await stripe.customers.create({ email: "jenny@example.com" });
    const { id } = await stripe.checkout.sessions.create(topUpParams(customer.id));

    await allAtOnce(pick(onSession, round + 50, 5), id);

    const session = await stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
    const intent = session.payment_intent as Stripe.PaymentIntent | null;
    const intents = (await stripe.paymentIntents.list({ customer: customer.id })).data;
    expect(intents.map((each) => each.id)).toEqual(intent ? [intent.id] : []);
    const live = ["succeeded", "processing"].includes(intent?.status ?? "");
    expect(session.status === "complete").toBe(live);
    expect(session.payment_status === "paid").toBe(intent?.status === "succeeded");
    const ends = (await eventsAbout(id)).filter((type) => type.startsWith("checkout.session"));
    expect(ends).toEqual(
      session.status === "open"
        ? []
        : [`checkout.session.${session.status === "complete" ? "completed" : "expired"}`],
    );
  },
);
