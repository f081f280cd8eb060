import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cardSetupParams, pageFields, topUpParams } from "../support/checkout-params";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

async function aTopUp(changes: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const customer = await stripe.customers.create({
    email: "jenny@example.com",
    metadata: { customer_id: "cust_1" },
  });
  const session = await stripe.checkout.sessions.create(topUpParams(customer.id, changes));
  return { customer, session };
}

async function eventTypes(since: Stripe.Event | undefined): Promise<string[]> {
  const events = await stripe.events.list({ limit: 100, ...(since && { ending_before: since.id }) });
  return events.data.map((event) => event.type).reverse();
}

async function lastEvent(): Promise<Stripe.Event | undefined> {
  return (await stripe.events.list({ limit: 1 })).data[0];
}

it("opens a top-up session without a PaymentIntent and with the tax pending", async () => {
  const { session, customer } = await aTopUp();

  expect(session).toMatchObject({
    mode: "payment",
    status: "open",
    payment_status: "unpaid",
    payment_intent: null,
    amount_subtotal: 2500,
    amount_total: 2500,
    currency: "usd",
    customer: customer.id,
    livemode: false,
    automatic_tax: { enabled: true, status: "requires_location_inputs" },
  });
  expect(session.url).toMatch(/\/c\/pay\/cs_test_\w+#\w+$/);
});

it("pays through the page: charge, balance transaction, metadata and the events in Stripe's order", async () => {
  const { session, customer } = await aTopUp();
  const before = await lastEvent();

  const response = await sandbox.submit(session.id, pageFields);

  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe(
    `http://127.0.0.1:9/billing?topup=success&intent=topup_1&session_id=${session.id}`,
  );
  const paid = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent.latest_charge.balance_transaction", "payment_intent.payment_method", "customer"],
  });
  const intent = paid.payment_intent as Stripe.PaymentIntent;
  const charge = intent.latest_charge as Stripe.Charge;
  const movement = charge.balance_transaction as Stripe.BalanceTransaction;
  expect(paid).toMatchObject({
    status: "complete",
    payment_status: "paid",
    url: null,
    amount_subtotal: 2500,
    amount_total: 2500,
  });
  expect(intent).toMatchObject({
    status: "succeeded",
    amount: 2500,
    amount_received: 2500,
    description: "Balance top-up $25.00",
  });
  expect(intent.metadata).toEqual(session.metadata);
  expect(charge).toMatchObject({ status: "succeeded", paid: true, amount: 2500, customer: customer.id });
  expect(charge.billing_details).toMatchObject({
    name: "Jenny Rosen",
    address: { country: "US", state: "OR" },
  });
  expect(movement).toMatchObject({ amount: 2500, fee: 103, net: 2397, type: "charge", source: charge.id });
  expect((intent.payment_method as Stripe.PaymentMethod).customer).toBeNull();
  expect(paid.customer).toMatchObject({ name: "Jenny Rosen", address: { city: "Portland" } });
  expect(await eventTypes(before)).toEqual([
    "customer.updated",
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
  ]);
});

it.each([
  ["Germany", { country: "DE", state: "" }, 475],
  ["France", { country: "FR", state: "" }, 500],
  ["the United Kingdom", { country: "GB", state: "" }, 500],
  ["California", { country: "US", state: "CA" }, 181],
  ["Oregon", { country: "US", state: "OR" }, 0],
  ["Japan", { country: "JP", state: "" }, 0],
  ["a German business", { country: "DE", state: "", taxId: "DE 123456789" }, 0],
])("adds the tax of %s and does not change the subtotal", async (_place, address, tax) => {
  const { session } = await aTopUp();

  await sandbox.submit(session.id, { ...pageFields, ...address });

  const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ["line_items"] });
  expect(paid).toMatchObject({
    payment_status: "paid",
    amount_subtotal: 2500,
    amount_total: 2500 + tax,
    total_details: { amount_tax: tax },
    automatic_tax: { status: "complete" },
  });
  expect(paid.line_items?.data[0]).toMatchObject({
    amount_subtotal: 2500,
    amount_tax: tax,
    amount_total: 2500 + tax,
  });
  expect(paid.customer_details?.tax_ids).toHaveLength("taxId" in address ? 1 : 0);
});

it.each([
  ["4000000000009995", "card_declined", "insufficient_funds"],
  ["4000000000000002", "card_declined", "generic_decline"],
  ["4000000000009987", "card_declined", "lost_card"],
  ["4000000000009979", "card_declined", "stolen_card"],
  ["4000000000000069", "expired_card", "expired_card"],
  ["4000000000000127", "incorrect_cvc", "incorrect_cvc"],
  ["4000000000000119", "processing_error", "processing_error"],
  ["4000000000000341", "card_declined", "generic_decline"],
])(
  "declines %s with %s / %s, then accepts another card for the same PaymentIntent",
  async (cardNumber, code, declineCode) => {
    const { session } = await aTopUp();
    const before = await lastEvent();

    const declined = await sandbox.submit(session.id, { ...pageFields, cardNumber });
    const open = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent.latest_charge"],
    });
    const paid = await sandbox.submit(session.id, pageFields);

    expect(declined.status).toBe(402);
    expect(await declined.text()).toContain('role="alert"');
    const intent = open.payment_intent as Stripe.PaymentIntent;
    expect(open).toMatchObject({ status: "open", payment_status: "unpaid" });
    expect(intent).toMatchObject({ status: "requires_payment_method", payment_method: null });
    expect(intent.last_payment_error).toMatchObject({ type: "card_error", code, decline_code: declineCode });
    expect(intent.latest_charge).toMatchObject({
      status: "failed",
      paid: false,
      failure_code: code,
      balance_transaction: null,
    });
    expect(paid.status).toBe(303);
    const complete = await stripe.checkout.sessions.retrieve(session.id);
    expect(complete.payment_intent).toBe(intent.id);
    expect(await eventTypes(before)).toEqual([
      "payment_intent.created",
      "charge.failed",
      "payment_intent.payment_failed",
      "customer.updated",
      "charge.succeeded",
      "payment_intent.succeeded",
      "checkout.session.completed",
    ]);
  },
);

it("charges nothing for a wrong check digit or missing fields, and keeps the input", async () => {
  const { session } = await aTopUp();
  const before = await lastEvent();

  const wrong = await sandbox.submit(session.id, {
    ...pageFields,
    cardNumber: "4242424242424241",
    city: "",
    line1: "5 <b>Side</b> St",
  });

  const page = await wrong.text();
  expect(wrong.status).toBe(422);
  expect(page).toContain("Your card number is invalid.");
  expect(page).toContain("Enter the city.");
  expect(page).toContain('value="5 &lt;b&gt;Side&lt;/b&gt; St"');
  expect(await eventTypes(before)).toEqual([]);
});

it("takes one payment when Pay is pressed many times at once", async () => {
  const { session } = await aTopUp();

  const answers = await Promise.all(Array.from({ length: 8 }, () => sandbox.submit(session.id, pageFields)));

  expect(answers.filter((answer) => answer.status === 303)).toHaveLength(1);
  const paid = await stripe.checkout.sessions.retrieve(session.id);
  const charges = await stripe.charges.list({ payment_intent: paid.payment_intent as string });
  expect(charges.data).toHaveLength(1);
  const page = await (await sandbox.submit(session.id, pageFields)).text();
  expect(page).toContain("already been made");
});

it("saves the card for off-session use without offering it at the next checkout", async () => {
  const { session, customer } = await aTopUp({
    saved_payment_method_options: undefined,
    payment_intent_data: { setup_future_usage: "off_session" },
  });
  const before = await lastEvent();

  await sandbox.submit(session.id, pageFields);

  const [method] = (await stripe.customers.listPaymentMethods(customer.id, { type: "card" })).data;
  expect(method).toMatchObject({
    allow_redisplay: "limited",
    customer: customer.id,
    card: { brand: "visa", last4: "4242" },
  });
  expect(await eventTypes(before)).toEqual([
    "customer.updated",
    "payment_intent.created",
    "payment_method.attached",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
  ]);
});

it("saves the card when the box is checked, and offers it in the customer's next session", async () => {
  const { session, customer } = await aTopUp();
  await sandbox.submit(session.id, { ...pageFields, save: "on" });
  const [method] = (await stripe.paymentMethods.list({ customer: customer.id })).data;
  const next = await stripe.checkout.sessions.create(topUpParams(customer.id));

  const page = await (await fetch(`${sandbox.url}/c/pay/${next.id}`)).text();
  const paid = await sandbox.submit(next.id, {
    ...pageFields,
    cardNumber: "",
    expiry: "",
    cvc: "",
    savedCard: method?.id ?? "",
  });

  expect(method?.allow_redisplay).toBe("always");
  expect(page).toContain("•••• 4242");
  expect(paid.status).toBe(303);
  const intents = await stripe.paymentIntents.list({ customer: customer.id });
  expect(intents.data[0]?.payment_method).toBe(method?.id);
});

it("never charges another customer's saved card", async () => {
  const owner = await aTopUp();
  await sandbox.submit(owner.session.id, { ...pageFields, save: "on" });
  const [method] = (await stripe.paymentMethods.list({ customer: owner.customer.id })).data;
  const stranger = await aTopUp();

  const answer = await sandbox.submit(stranger.session.id, { ...pageFields, savedCard: method?.id ?? "" });

  expect(answer.status).toBe(422);
  expect((await stripe.checkout.sessions.retrieve(stranger.session.id)).payment_intent).toBeNull();
});

it("sets up a card without a payment: the address is on the card, not on the session", async () => {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  const before = await lastEvent();
  const session = await stripe.checkout.sessions.create(cardSetupParams(customer.id));

  const answer = await sandbox.submit(session.id, {
    ...pageFields,
    country: "DE",
    cardNumber: "4000000000000341",
  });

  expect(answer.status).toBe(303);
  const done = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ["setup_intent.payment_method"],
  });
  const intent = done.setup_intent as Stripe.SetupIntent;
  const method = intent.payment_method as Stripe.PaymentMethod;
  expect(done).toMatchObject({
    status: "complete",
    payment_status: "no_payment_required",
    payment_intent: null,
    amount_subtotal: null,
    amount_total: null,
    customer_details: { address: null },
  });
  expect(intent).toMatchObject({ status: "succeeded", usage: "off_session", metadata: { kind: "setup" } });
  expect(method).toMatchObject({
    customer: customer.id,
    allow_redisplay: "limited",
    billing_details: { address: { country: "DE" } },
  });
  expect(await eventTypes(before)).toEqual([
    "setup_intent.created",
    "payment_method.attached",
    "setup_intent.succeeded",
    "checkout.session.completed",
  ]);
});

it("keeps a setup session open when the bank declines the card", async () => {
  const customer = await stripe.customers.create({});
  const session = await stripe.checkout.sessions.create(cardSetupParams(customer.id));

  const declined = await sandbox.submit(session.id, { ...pageFields, cardNumber: "4000000000000002" });

  expect(declined.status).toBe(402);
  const open = await stripe.checkout.sessions.retrieve(session.id, { expand: ["setup_intent"] });
  expect(open.status).toBe("open");
  expect((open.setup_intent as Stripe.SetupIntent).last_setup_error).toMatchObject({
    decline_code: "generic_decline",
  });
  expect((await stripe.customers.listPaymentMethods(customer.id)).data).toEqual([]);
});

it("expires automatically, and cancels the intent of a declined attempt", async () => {
  const { session } = await aTopUp();
  await sandbox.submit(session.id, { ...pageFields, cardNumber: "4000000000000002" });

  await sandbox.control("POST", "/clock", { advance_seconds: 3601 });

  const expired = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
  expect(expired).toMatchObject({ status: "expired", url: null, payment_status: "unpaid" });
  expect(expired.payment_intent).toMatchObject({ status: "canceled" });
  // Tests share the clock: other tests' sessions expire at the same time.
  const ended = ["payment_intent.canceled", "checkout.session.expired"];
  const { data } = await stripe.events.list({ types: ended, limit: 100 });
  const own = [session.id, (expired.payment_intent as Stripe.PaymentIntent).id];
  const ours = data.filter((event) => own.includes((event.data.object as { id: string }).id));
  expect(ours.map((event) => event.type).reverse()).toEqual(ended);
  const page = await sandbox.submit(session.id, pageFields);
  expect(page.status).toBe(410);
});

it("expires on request, once", async () => {
  const { session } = await aTopUp({ expires_at: undefined });

  const expired = await stripe.checkout.sessions.expire(session.id);

  expect(expired.status).toBe("expired");
  await expect(stripe.checkout.sessions.expire(session.id)).rejects.toMatchObject({ statusCode: 400 });
});
