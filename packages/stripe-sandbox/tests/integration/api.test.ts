import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pageFields, topUpParams } from "../support/checkout-params";
import { cutConnections } from "../support/sandbox-locks";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

async function someCustomers(count: number): Promise<{ email: string; ids: string[] }> {
  const email = `list${Math.random()}@example.com`;
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) ids.unshift((await stripe.customers.create({ email })).id);
  return { email, ids };
}

it("pages through a list, newest first, in both directions", async () => {
  const { email, ids } = await someCustomers(5);

  const first = await stripe.customers.list({ email, limit: 2 });
  const second = await stripe.customers.list({ email, limit: 2, starting_after: ids[1] });
  const last = await stripe.customers.list({ email, limit: 2, starting_after: ids[3] });
  const back = await stripe.customers.list({ email, limit: 2, ending_before: ids[4] });
  const all: string[] = [];
  for await (const customer of stripe.customers.list({ email, limit: 2 })) all.push(customer.id);

  expect([first, second, last, back].map((page) => page.data.map((customer) => customer.id))).toEqual([
    [ids[0], ids[1]],
    [ids[2], ids[3]],
    [ids[4]],
    [ids[2], ids[3]],
  ]);
  expect([first, second, last, back].map((page) => page.has_more)).toEqual([true, true, false, true]);
  expect(first.url).toBe("/v1/customers");
  expect(all).toEqual(ids);
});

it("updates a customer: merges metadata, unsets empty values, and lists the previous values in the event", async () => {
  const customer = await stripe.customers.create({
    name: "Jo",
    description: "old",
    address: { country: "DE", city: "Berlin" },
    metadata: { a: "1", b: "2", "5": "five" },
  });

  const updated = await stripe.customers.update(customer.id, {
    name: "",
    metadata: { a: "", c: "3" },
    address: "",
  });

  expect(updated).toMatchObject({
    name: null,
    description: "old",
    address: null,
    metadata: { b: "2", c: "3", "5": "five" },
  });
  const [event] = (await stripe.events.list({ type: "customer.updated" })).data;
  expect(event?.data.previous_attributes).toEqual({
    name: "Jo",
    address: customer.address,
    metadata: { a: "1", c: null },
  });
  await stripe.customers.update(customer.id, { name: "" });
  expect((await stripe.events.list({ type: "customer.updated" })).data[0]?.id).toBe(event?.id);
});

it("attaches, updates and detaches a card, and sets it as the default", async () => {
  const customer = await stripe.customers.create({});
  const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
  await stripe.paymentMethods.update(method.id, { allow_redisplay: "always", card: { exp_year: 2039 } });

  const detached = await stripe.paymentMethods.detach(method.id);

  expect(detached).toMatchObject({ customer: null, allow_redisplay: "always", card: { exp_year: 2039 } });
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
    invoice_settings: { default_payment_method: null },
  });
  expect((await stripe.customers.listPaymentMethods(customer.id)).data).toEqual([]);
  await expect(stripe.paymentMethods.detach(method.id)).rejects.toMatchObject({ statusCode: 400 });
  await expect(stripe.paymentMethods.attach(method.id, { customer: customer.id })).rejects.toMatchObject({
    statusCode: 400,
  });
  const types = (
    await stripe.events.list({
      types: ["payment_method.attached", "payment_method.updated", "payment_method.detached"],
    })
  ).data;
  expect(types.map((event) => event.type)).toEqual([
    "payment_method.detached",
    "payment_method.updated",
    "payment_method.attached",
  ]);
});

it("rejects another customer's card as the default", async () => {
  const [mine, theirs] = [await stripe.customers.create({}), await stripe.customers.create({})];
  const method = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: theirs.id });

  await expect(
    stripe.customers.update(mine.id, { invoice_settings: { default_payment_method: method.id } }),
  ).rejects.toMatchObject({ param: "invoice_settings[default_payment_method]" });
  await expect(stripe.customers.retrievePaymentMethod(mine.id, method.id)).rejects.toMatchObject({
    statusCode: 404,
  });
});

it("deletes a customer: returns a stub for the ID, omits it from lists, and detaches its cards", async () => {
  const customer = await stripe.customers.create({ email: "gone@example.com" });
  const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });

  await stripe.customers.del(customer.id);

  expect(await stripe.customers.retrieve(customer.id)).toEqual(
    expect.objectContaining({ id: customer.id, deleted: true }),
  );
  expect((await stripe.customers.list({ email: "gone@example.com" })).data).toEqual([]);
  expect((await stripe.paymentMethods.retrieve(method.id)).customer).toBeNull();
  await expect(stripe.customers.update(customer.id, { name: "x" })).rejects.toMatchObject({
    statusCode: 404,
  });
  await expect(stripe.checkout.sessions.create(topUpParams(customer.id))).rejects.toMatchObject({
    code: "resource_missing",
  });
});

it("lists sessions by customer, status, payment intent and creation time", async () => {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  const paid = await stripe.checkout.sessions.create(topUpParams(customer.id));
  await sandbox.submit(paid.id, pageFields);
  const open = await stripe.checkout.sessions.create(topUpParams(customer.id));
  const intent = (await stripe.checkout.sessions.retrieve(paid.id)).payment_intent as string;
  const ids = async (filter: Stripe.Checkout.SessionListParams) =>
    (await stripe.checkout.sessions.list({ customer: customer.id, ...filter })).data.map(
      (session) => session.id,
    );

  expect(await ids({})).toEqual([open.id, paid.id]);
  expect(await ids({ status: "complete" })).toEqual([paid.id]);
  expect(await ids({ status: "expired" })).toEqual([]);
  expect(await ids({ payment_intent: intent })).toEqual([paid.id]);
  expect(await ids({ created: { gte: paid.created, lte: open.created } })).toEqual([open.id, paid.id]);
  expect(await ids({ created: { gt: open.created } })).toEqual([]);
});

it("expands through lists and several levels, and keeps null where there is no object", async () => {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  const session = await stripe.checkout.sessions.create(topUpParams(customer.id));
  await sandbox.submit(session.id, pageFields);

  const page = await stripe.checkout.sessions.list({
    customer: customer.id,
    expand: ["data.payment_intent.latest_charge", "data.payment_intent.payment_method", "data.line_items"],
  });

  const [expanded] = page.data;
  const intent = expanded?.payment_intent as Stripe.PaymentIntent;
  expect(intent.latest_charge).toMatchObject({ object: "charge" });
  expect(intent.payment_method).toMatchObject({ object: "payment_method" });
  expect(expanded?.line_items?.data).toHaveLength(1);
  expect(expanded?.setup_intent).toBeNull();
  const one = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ["line_items.data.price.product"],
  });
  expect(one.line_items?.data[0]?.price?.product).toMatchObject({
    object: "product",
    tax_code: "txcd_10000000",
  });
  await expect(
    stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent.latest_charge.balance_transaction.source.customer"],
    }),
  ).rejects.toMatchObject({ param: "expand" });
  await expect(stripe.checkout.sessions.retrieve(session.id, { expand: ["status"] })).rejects.toMatchObject({
    param: "expand",
  });
});

it("lists events by type and pattern, and balance transactions by their source", async () => {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  const session = await stripe.checkout.sessions.create(topUpParams(customer.id));
  await sandbox.submit(session.id, pageFields);

  const charges = await stripe.events.list({ type: "charge.*", limit: 1 });
  const charge = charges.data[0]?.data.object as Stripe.Charge;
  const movements = await stripe.balanceTransactions.list({ source: charge.id, type: "charge" });

  expect(charges.data[0]?.type).toBe("charge.succeeded");
  expect(movements.data).toMatchObject([{ amount: charge.amount, source: charge.id }]);
});

it("updates only the metadata of a session", async () => {
  const customer = await stripe.customers.create({});
  const session = await stripe.checkout.sessions.create(topUpParams(customer.id));

  const updated = await stripe.checkout.sessions.update(session.id, { metadata: { note: "x", kind: "" } });

  expect(updated.metadata).toEqual({ ...session.metadata, kind: undefined, note: "x" });
});

it("returns a request ID and the requested API version", async () => {
  const { headers } = await sandbox.call("GET", "/v1/customers");

  expect(headers.get("request-id")).toMatch(/^req_\w{14}$/);
  expect(headers.get("stripe-version")).toBe("2026-10-28.endive");
});

it("pays a session through the control API like the hosted page does", async () => {
  const customer = await stripe.customers.create({});
  const session = await stripe.checkout.sessions.create(topUpParams(customer.id));

  const declined = await sandbox.control("POST", `/checkout/${session.id}/pay`, { card: "4000000000009995" });
  const paid = await sandbox.control("POST", `/checkout/${session.id}/pay`, {
    address: { country: "DE" },
    save: true,
  });
  const again = await sandbox.control("POST", `/checkout/${session.id}/pay`);

  expect(declined).toMatchObject({ outcome: "declined", decline_code: "insufficient_funds" });
  expect(paid).toMatchObject({
    outcome: "completed",
    session: { amount_total: 2975, payment_status: "paid" },
  });
  expect(again).toMatchObject({ outcome: "closed", status: "complete" });
  expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1);
});

it("recovers after its database connections were closed", async () => {
  const customer = await stripe.customers.create({ name: "Kept" });
  const outcomes = Promise.allSettled(Array.from({ length: 40 }, () => stripe.customers.create({})));

  await cutConnections(sandbox.databaseUrl, "brim-sandbox");

  await outcomes;
  await expect
    .poll(() => stripe.customers.retrieve(customer.id).catch(() => null))
    .toMatchObject({ name: "Kept" });
});

it("rejects control API requests from web pages", async () => {
  const response = await fetch(`${sandbox.url}/_control/clock`, {
    method: "POST",
    headers: { Origin: "https://example.com" },
    body: JSON.stringify({ advance_seconds: 1 }),
  });

  expect(response.status).toBe(403);
});
