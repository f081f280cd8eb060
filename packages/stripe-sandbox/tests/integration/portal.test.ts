import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventTypesSince, lastEvent } from "../support/sandbox-events";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;
let configuration: Stripe.BillingPortal.Configuration;

const everything: Stripe.BillingPortal.ConfigurationCreateParams.Features = {
  payment_method_update: { enabled: true },
  invoice_history: { enabled: true },
  customer_update: { enabled: true, allowed_updates: ["address", "name", "email", "tax_id"] },
};

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
  configuration = await stripe.billingPortal.configurations.create({
    features: everything,
    business_profile: { headline: "Brim billing" },
    default_return_url: "https://example.com/billing",
  });
});
afterAll(() => sandbox.stop());

const address = { country: "DE", line1: "Hauptstr. 1", city: "Berlin", postal_code: "10115" };
const newCard = { action: "add-card", name: "Jenny Rosen", expiry: "12 / 34", cvc: "123" };
const details = {
  action: "save-details",
  name: "Jenny Rosen",
  email: "jenny@example.com",
  country: "DE",
  line1: "Hauptstr. 1",
  line2: "",
  city: "Berlin",
  postalCode: "10115",
  state: "",
  taxId: "",
};

async function aPortal(changes: Partial<Stripe.BillingPortal.SessionCreateParams> = {}) {
  const customer = await stripe.customers.create({
    name: "Jenny Rosen",
    email: "jenny@example.com",
    address,
  });
  const session = await stripe.billingPortal.sessions.create({
    customer: customer.id,
    return_url: "https://example.com/back",
    configuration: configuration.id,
    ...changes,
  });
  return { customer, session };
}

function press(session: Stripe.BillingPortal.Session, fields: Record<string, string>): Promise<Response> {
  return fetch(session.url, { method: "POST", redirect: "manual", body: new URLSearchParams(fields) });
}

async function cardsOf(customer: Stripe.Customer) {
  return (await stripe.customers.listPaymentMethods(customer.id)).data;
}

it("creates, updates, retrieves and lists configurations, with their events", async () => {
  const before = await lastEvent(stripe);

  const made = await stripe.billingPortal.configurations.create({
    features: { invoice_history: { enabled: true } },
  });
  const changed = await stripe.billingPortal.configurations.update(made.id, {
    active: false,
    features: { payment_method_update: { enabled: true } },
  });

  expect(made).toMatchObject({
    active: true,
    is_default: false,
    features: { invoice_history: { enabled: true } },
  });
  expect(changed.features).toMatchObject({
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true },
  });
  expect(await stripe.billingPortal.configurations.retrieve(made.id)).toEqual(
    expect.objectContaining({ id: made.id, active: false }),
  );
  const active = await stripe.billingPortal.configurations.list({ active: true });
  expect(active.data.map(({ id }) => id)).toEqual([configuration.id]);
  expect(await eventTypesSince(stripe, before)).toEqual([
    "billing_portal.configuration.created",
    "billing_portal.configuration.updated",
  ]);
});

it("can enable subscription cancellation, which shows nothing to a customer without subscriptions", async () => {
  const offer = {
    enabled: true,
    mode: "immediately" as const,
    cancellation_reason: { enabled: true, options: ["unused" as const] },
  };
  const made = await stripe.billingPortal.configurations.create({
    features: { subscription_cancel: offer },
  });
  const customer = await stripe.customers.create({});
  const session = await stripe.billingPortal.sessions.create({
    customer: customer.id,
    configuration: made.id,
  });

  expect(made.features.subscription_cancel).toMatchObject({ ...offer, proration_behavior: "none" });
  expect(await (await fetch(session.url)).text()).not.toMatch(/cancel/i);
  await stripe.billingPortal.configurations.update(made.id, { active: false });
});

it.each<[string, string, string, object]>([
  [
    "a session when the account has no default configuration",
    "sessions",
    "customer=CUS",
    { message: expect.stringContaining("default configuration has not been created") },
  ],
  [
    "a session without a customer",
    "sessions",
    "configuration=BPC",
    { code: "parameter_missing", param: "customer" },
  ],
  [
    "a session for an unknown customer",
    "sessions",
    "customer=cus_missing&configuration=BPC",
    { code: "resource_missing", param: "customer" },
  ],
  [
    "an unknown configuration",
    "sessions",
    "customer=CUS&configuration=bpc_missing",
    { code: "resource_missing", param: "configuration" },
  ],
  [
    "an invalid URL",
    "sessions",
    "customer=CUS&configuration=BPC&return_url=nowhere",
    { code: "url_invalid", param: "return_url" },
  ],
  ["a flow", "sessions", "customer=CUS&flow_data[type]=payment_method_update", { param: "flow_data" }],
  [
    "a configuration without features",
    "configurations",
    "name=x",
    { code: "parameter_missing", param: "features" },
  ],
  [
    "features for subscriptions",
    "configurations",
    "features[subscription_pause][enabled]=true",
    { param: "features[subscription_pause][enabled]" },
  ],
  [
    "a login page",
    "configurations",
    "features[invoice_history][enabled]=true&login_page[enabled]=true",
    { param: "login_page[enabled]" },
  ],
])("rejects %s", async (_name, path, form, error) => {
  const { customer } = await aPortal();
  const known: Record<string, string> = { CUS: customer.id, BPC: configuration.id };

  const answer = await sandbox.call(
    "POST",
    `/v1/billing_portal/${path}`,
    form.replace(/CUS|BPC/g, (word) => known[word] ?? word),
  );

  expect(answer.status).toBe(400);
  expect(answer.json.error).toMatchObject(error);
});

it("shows the customer's billing and the return link, and loads nothing from other hosts", async () => {
  const before = await lastEvent(stripe);
  const { session, customer } = await aPortal();

  const text = await (await fetch(session.url)).text();

  expect(await eventTypesSince(stripe, before)).toEqual([
    "customer.created",
    "billing_portal.session.created",
  ]);
  expect(session).toMatchObject({ customer: customer.id, return_url: "https://example.com/back" });
  expect(text).toContain("Brim billing");
  expect(text).toContain('href="https://example.com/back"');
  expect(text).toContain('value="Hauptstr. 1"');
  expect(text).not.toMatch(/<script|src=|@import|url\(/);
});

it("saves a card, which becomes the default because it is the first", async () => {
  const { session, customer } = await aPortal();
  const before = await lastEvent(stripe);

  const answer = await press(session, { ...newCard, cardNumber: "4242424242424242" });

  expect(answer.status).toBe(303);
  expect(answer.headers.get("location")).toBe(`${session.url}?done=card-added`);
  const [card] = await cardsOf(customer);
  expect(card).toMatchObject({ customer: customer.id, card: { last4: "4242" } });
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
    invoice_settings: { default_payment_method: card?.id },
  });
  expect(await eventTypesSince(stripe, before)).toEqual([
    "setup_intent.created",
    "payment_method.attached",
    "setup_intent.succeeded",
    "customer.updated",
  ]);
});

it("makes another card the default, and removes cards", async () => {
  const { session, customer } = await aPortal();
  await press(session, { ...newCard, cardNumber: "4242424242424242" });
  await press(session, { ...newCard, cardNumber: "5555555555554444" });
  const [second, first] = await cardsOf(customer);
  const before = await lastEvent(stripe);

  await press(session, { action: "make-default", card: second?.id ?? "" });
  const chosen = await stripe.customers.retrieve(customer.id);
  await press(session, { action: "remove-card", card: second?.id ?? "" });

  expect(chosen).toMatchObject({ invoice_settings: { default_payment_method: second?.id } });
  expect((await cardsOf(customer)).map(({ id }) => id)).toEqual([first?.id]);
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
    invoice_settings: { default_payment_method: null },
  });
  expect(await eventTypesSince(stripe, before)).toEqual([
    "customer.updated",
    "customer.updated",
    "payment_method.detached",
  ]);
});

it("saves no card that the bank declines, and redirects to the bank's page for 3-D Secure", async () => {
  const { session, customer } = await aPortal();

  const declined = await press(session, { ...newCard, cardNumber: "4000000000000002" });
  const asked = await press(session, { ...newCard, cardNumber: "4000002500003155" });
  const before = await cardsOf(customer);
  const passed = await fetch(asked.headers.get("location") ?? "", {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ answer: "complete" }),
  });

  expect(declined.status).toBe(402);
  expect(await declined.text()).toContain("Your card was declined.");
  expect(before).toEqual([]);
  expect(passed.headers.get("location")).toBe(`${session.url}?done=card-added`);
  const [card] = await cardsOf(customer);
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
    invoice_settings: { default_payment_method: card?.id },
  });
});

it("shows an error when 3-D Secure authentication fails", async () => {
  const { session, customer } = await aPortal();
  const asked = await press(session, { ...newCard, cardNumber: "4000002500003155" });

  const failed = await fetch(asked.headers.get("location") ?? "", {
    method: "POST",
    body: new URLSearchParams({ answer: "fail" }),
  });

  expect(await failed.text()).toContain("The bank did not confirm the card.");
  expect(await cardsOf(customer)).toEqual([]);
});

it("never changes another customer's card", async () => {
  const owner = await aPortal();
  await press(owner.session, { ...newCard, cardNumber: "4242424242424242" });
  const [card] = await cardsOf(owner.customer);
  const stranger = await aPortal();

  const answers = await Promise.all(
    ["remove-card", "make-default"].map((action) =>
      press(stranger.session, { action, card: card?.id ?? "" }),
    ),
  );

  expect(answers.map(({ status }) => status)).toEqual([409, 409]);
  expect(await cardsOf(owner.customer)).toHaveLength(1);
});

it("updates name, email, address and tax ID, with the events of each", async () => {
  const { session, customer } = await aPortal();
  const before = await lastEvent(stripe);

  const saved = await press(session, { ...details, name: "Rosen GmbH", city: "Köln", taxId: "DE 123456789" });
  const replaced = await press(session, {
    ...details,
    name: "Rosen GmbH",
    city: "Köln",
    taxId: "DE987654321",
  });
  const taxIds = (await stripe.customers.listTaxIds(customer.id)).data;
  await press(session, { ...details, name: "Rosen GmbH", city: "Köln", taxId: "" });

  expect([saved.status, replaced.status]).toEqual([303, 303]);
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
    name: "Rosen GmbH",
    address: { city: "Köln", country: "DE" },
  });
  expect(taxIds).toMatchObject([{ type: "eu_vat", value: "DE987654321", country: "DE" }]);
  expect((await stripe.customers.listTaxIds(customer.id)).data).toEqual([]);
  expect(await eventTypesSince(stripe, before)).toEqual([
    "customer.updated",
    "customer.tax_id.created",
    "customer.tax_id.deleted",
    "customer.tax_id.created",
    "customer.tax_id.deleted",
  ]);
});

it("shows which field is invalid and keeps the input", async () => {
  const { session, customer } = await aPortal();

  const answer = await press(session, { ...details, email: "nobody", city: "", taxId: "12", name: "<b>" });

  const text = await answer.text();
  expect(answer.status).toBe(422);
  expect(text).toContain("Enter an email address.");
  expect(text).toContain("Enter the city.");
  expect(text).toContain("This is not a tax ID of the chosen country.");
  expect(text).toContain('value="&lt;b&gt;"');
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ email: "jenny@example.com" });
});

it("offers and allows only what the configuration enables", async () => {
  const limited = await stripe.billingPortal.configurations.create({
    features: { customer_update: { enabled: true, allowed_updates: ["email"] } },
  });
  const { session, customer } = await aPortal({ configuration: limited.id });

  const text = await (await fetch(session.url)).text();
  const card = await press(session, { ...newCard, cardNumber: "4242424242424242" });
  await press(session, { ...details, email: "new@example.com", name: "Mallory", city: "Elsewhere" });

  expect(text).not.toContain('name="cardNumber"');
  expect(text).not.toContain('name="city"');
  expect(card.status).toBe(409);
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
    email: "new@example.com",
    name: "Jenny Rosen",
    address: { city: "Berlin" },
  });
});

it("lists the customer's invoices without drafts", async () => {
  const { session, customer } = await aPortal();
  const other = await aPortal();
  const draft = await stripe.invoices.create({ customer: customer.id });
  await stripe.invoices.addLines(draft.id, { lines: [{ amount: 2500, description: "Balance top-up" }] });
  const open = await stripe.invoices.finalizeInvoice(draft.id);
  await stripe.invoices.create({ customer: customer.id });

  const text = await (await fetch(session.url)).text();
  const strangers = await (await fetch(other.session.url)).text();

  expect(text.match(/\/invoices\/test_/g)).toHaveLength(1);
  expect(text).toContain(open.number);
  expect(strangers).toContain("There are no invoices yet.");
});

it("expires a link: five minutes after creation if unused, one hour after a visit", async () => {
  const unopened = await aPortal();
  const opened = await aPortal();
  await fetch(opened.session.url);

  await sandbox.control("POST", "/clock", { advance_seconds: 301 });
  const afterMinutes = await Promise.all([unopened, opened].map(({ session }) => fetch(session.url)));
  await sandbox.control("POST", "/clock", { advance_seconds: 3601 });
  const afterAnHour = await fetch(opened.session.url);

  expect(afterMinutes.map(({ status }) => status)).toEqual([410, 200]);
  expect(afterAnHour.status).toBe(410);
});

it("creates, retrieves and removes tax IDs through the API", async () => {
  const customer = await stripe.customers.create({});
  const before = await lastEvent(stripe);

  const made = await stripe.customers.createTaxId(customer.id, { type: "gb_vat", value: "GB123456789" });
  const again = await stripe.customers.createTaxId(customer.id, { type: "gb_vat", value: "GB123456789" });

  expect(again.id).toBe(made.id);
  expect(await stripe.customers.retrieveTaxId(customer.id, made.id)).toMatchObject({ value: "GB123456789" });
  await stripe.customers.deleteTaxId(customer.id, made.id);
  expect((await stripe.customers.listTaxIds(customer.id)).data).toEqual([]);
  expect(await eventTypesSince(stripe, before)).toEqual([
    "customer.tax_id.created",
    "customer.tax_id.deleted",
  ]);
  await expect(
    stripe.customers.createTaxId(customer.id, { type: "eu_vat", value: "nonsense" }),
  ).rejects.toMatchObject({ code: "tax_id_invalid" });
});

it("accepts tax IDs with a new customer, and expands them on request", async () => {
  const before = await lastEvent(stripe);

  const customer = await stripe.customers.create({
    tax_id_data: [{ type: "eu_vat", value: "DE123456789" }],
    expand: ["tax_ids"],
  });
  const refusal = sandbox.call(
    "POST",
    "/v1/customers",
    "tax_id_data[0][type]=eu_vat&tax_id_data[0][value]=x",
  );

  expect(customer.tax_ids?.data).toMatchObject([{ type: "eu_vat", value: "DE123456789", country: "DE" }]);
  expect((await refusal).json.error).toMatchObject({
    code: "tax_id_invalid",
    param: "tax_id_data[0][value]",
  });
  expect(await eventTypesSince(stripe, before)).toEqual(["customer.created", "customer.tax_id.created"]);
});

it("uses the default configuration when a session names none", async () => {
  const own = await startTestSandbox();
  const { configurations, sessions } = own.stripe.billingPortal;
  const features = { invoice_history: { enabled: true } };
  const first = await configurations.create({ features });
  const second = await configurations.create({ features });
  const customer = await own.stripe.customers.create({});

  for (const { id } of [first, second]) {
    await own.control("POST", `/portal_configurations/${id}/make_default`);
  }
  const session = await sessions.create({ customer: customer.id });

  expect(session.configuration).toBe(second.id);
  expect((await configurations.list({ is_default: true })).data.map(({ id }) => id)).toEqual([second.id]);
  await expect(own.control("POST", "/portal_configurations/bpc_none/make_default")).rejects.toThrow(/404/);
  await own.stop();
});
