import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import {
  type ApiCustomer,
  aCustomer,
  call,
  eventually,
  type RunningBrim,
  startBrim,
} from "@/tests/support/brim";

const PORTAL = "/api/v1/billing/portal-session";
const CARDS = "/api/v1/billing/payment-methods";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());
beforeEach(asAfterARestart);
afterEach(async () => {
  await brim.control("/faults", undefined, "DELETE");
  delete process.env.STRIPE_PORTAL_CONFIGURATION;
});

/** Clears the state of the process, so that the settings are read again. */
function asAfterARestart() {
  Object.assign(globalThis, { brimPortalConfiguration: undefined, brimEnv: undefined });
}

const open = (customer: ApiCustomer) => customer.post(PORTAL, {});

const linkOf = ({ customerId }: ApiCustomer) =>
  prisma().stripeCustomer.findFirstOrThrow({ where: { customerId } });

/** Returns the configurations at Stripe, newest first. */
const configurations = async () => (await brim.stripe.billingPortal.configurations.list({ limit: 100 })).data;

/** Returns the session of a URL from its event. */
async function sessionOf(url: string) {
  const { data } = await brim.stripe.events.list({ type: "billing_portal.session.created", limit: 100 });
  const sessions = data.map((event) => event.data.object as unknown as Record<string, string>);
  const found = sessions.find((session) => session.url === url);
  if (!found) throw new Error("Stripe has no such session.");
  return found;
}

/** Submits a form of the portal. */
async function press(url: string, fields: Record<string, string>): Promise<void> {
  const answer = await fetch(url, { method: "POST", redirect: "manual", body: new URLSearchParams(fields) });
  expect(answer.status, await answer.text()).toBeLessThan(400);
}

const newCard = (number: string) => ({
  action: "add-card",
  name: "Jenny Rosen",
  cardNumber: number,
  expiry: "12 / 34",
  cvc: "123",
});

interface Card {
  payment_method_id: string;
  card_last4: string;
  is_default: boolean;
}

const cardsOf = async (customer: ApiCustomer): Promise<Card[]> =>
  (await customer.get(CARDS)).body.payment_methods;

describe("POST /billing/portal-session", () => {
  it("opens the portal, and creates the Stripe customer on first use", async () => {
    const customer = await aCustomer(brim);

    const { status, body } = await open(customer);

    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["url"]);
    const link = await linkOf(customer);
    expect(await sessionOf(body.url)).toMatchObject({
      customer: link.stripeCustomerId,
      return_url: `${brim.url}/billing?customer=${customer.customerId}`,
    });
    expect(await brim.stripe.customers.retrieve(link.stripeCustomerId)).toMatchObject({
      metadata: { customer_id: customer.customerId },
    });
    expect((await fetch(body.url)).status).toBe(200);
  });

  it("returns to APP_URL, regardless of the request's host", async () => {
    const customer = await aCustomer(brim);
    const headers = {
      authorization: `Bearer ${customer.key}`,
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
    };

    const { body } = await call(brim, PORTAL, { method: "POST", headers });

    expect((await sessionOf(body.url)).return_url).toMatch(`${brim.url}/billing?`);
  });

  it("uses the Stripe customer of an earlier top-up, and only one under concurrent requests", async () => {
    const customer = await aCustomer(brim);
    const answers = await Promise.all(Array.from({ length: 6 }, () => open(customer)));

    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    const sessions = await Promise.all(answers.map(({ body }) => sessionOf(body.url)));
    const { stripeCustomerId } = await linkOf(customer);
    expect(new Set(sessions.map((session) => session.customer))).toEqual(new Set([stripeCustomerId]));
    await customer.post("/api/v1/billing/checkout-session", { amount_usd: "10.00" });
    expect((await linkOf(customer)).stripeCustomerId).toBe(stripeCustomerId);
  });

  it("creates a new Stripe customer if the old one was deleted", async () => {
    const customer = await aCustomer(brim);
    await open(customer);
    const { stripeCustomerId: old } = await linkOf(customer);
    await brim.control("/deliveries/mode", { mode: "drop" });
    await brim.stripe.customers.del(old);

    const { status, body } = await open(customer);
    await brim.control("/deliveries/mode", { mode: "deliver" });

    expect(status).toBe(200);
    const { stripeCustomerId } = await linkOf(customer);
    expect(stripeCustomerId).not.toBe(old);
    expect((await sessionOf(body.url)).customer).toBe(stripeCustomerId);
  });

  it("is 503 while Stripe is unavailable, and works afterwards with the same customer and configuration", async () => {
    const customer = await aCustomer(brim);
    await open(customer);
    const [link, before] = [await linkOf(customer), await configurations()];
    asAfterARestart();
    await brim.control("/faults", { match: { path: "/v1/*" }, reset: true, times: 1_000 });

    const during = await open(customer);
    await brim.control("/faults", undefined, "DELETE");

    expect([during.status, during.body.error]).toEqual([503, "SERVICE_UNAVAILABLE"]);
    expect((await open(customer)).status).toBe(200);
    expect([await linkOf(customer), await configurations()]).toEqual([link, before]);
  });
});

describe("the portal's configuration", () => {
  it("offers cards, invoices and billing details, and nothing else", async () => {
    const { body } = await open(await aCustomer(brim));
    const { configuration } = await sessionOf(body.url);

    const { features } = await brim.stripe.billingPortal.configurations.retrieve(configuration ?? "");

    const enabled = Object.entries(features).filter(([, feature]) => feature.enabled);
    expect(enabled.map(([name]) => name).sort()).toEqual([
      "customer_update",
      "invoice_history",
      "payment_method_update",
    ]);
    expect([...features.customer_update.allowed_updates].sort()).toEqual([
      "address",
      "email",
      "name",
      "tax_id",
    ]);
  });

  it("is created once even if many processes need it concurrently, and found again after a restart", async () => {
    const [customer, before] = [await aCustomer(brim), await configurations()];
    for (const { id } of before) await brim.stripe.billingPortal.configurations.update(id, { active: false });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => {
        asAfterARestart();
        return open(customer);
      }),
    );
    asAfterARestart();
    answers.push(await open(customer));

    const used = await Promise.all(
      answers.map(async ({ body }) => (await sessionOf(body.url)).configuration),
    );
    expect(new Set(used).size).toBe(1);
    expect(await configurations()).toHaveLength(before.length + 1);
  });

  it.each([
    ["lost on every attempt", { reset: true, times: 3 }, 503],
    ["an error that must not be retried", { status: 500, shouldRetry: false, times: 1 }, 200],
  ])("is created once even if the response to its creation is %s", async (_what, fault, first) => {
    const [customer, before] = [await aCustomer(brim), await configurations()];
    for (const { id } of before) await brim.stripe.billingPortal.configurations.update(id, { active: false });
    const path = "/v1/billing_portal/configurations";
    await brim.control("/faults", { match: { method: "POST", path }, when: "after_commit", ...fault });

    const statuses = [(await open(customer)).status, (await open(customer)).status];

    expect(statuses).toEqual([first, 200]);
    expect(await configurations()).toHaveLength(before.length + 1);
  });

  it("is created with another idempotency key if Stripe stored the failure of the first", async () => {
    const [customer, before] = [await aCustomer(brim), await configurations()];
    for (const { id } of before) await brim.stripe.billingPortal.configurations.update(id, { active: false });
    const path = "/v1/billing_portal/configurations";
    await brim.control("/faults", {
      match: { method: "POST", path },
      status: 500,
      when: "remembered",
      times: 1,
    });

    expect((await open(customer)).status).toBe(200);

    expect(await configurations()).toHaveLength(before.length + 1);
  });

  it("is looked up again if it was deactivated, without a restart", async () => {
    const customer = await aCustomer(brim);
    const first = await sessionOf((await open(customer)).body.url);
    await brim.stripe.billingPortal.configurations.update(first.configuration ?? "", { active: false });

    const { status, body } = await open(customer);

    expect(status).toBe(200);
    expect((await sessionOf(body.url)).configuration).not.toBe(first.configuration);
  });

  it("is the one in the settings, if there is one, which is never replaced", async () => {
    const own = await brim.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
    });
    process.env.STRIPE_PORTAL_CONFIGURATION = own.id;
    asAfterARestart();
    const [customer, before] = [await aCustomer(brim), await configurations()];

    expect((await sessionOf((await open(customer)).body.url)).configuration).toBe(own.id);
    await brim.stripe.billingPortal.configurations.update(own.id, { active: false });
    const refused = await open(customer);

    expect([refused.status, refused.body.error]).toEqual([503, "SERVICE_UNAVAILABLE"]);
    expect(refused.body.details).toEqual({ reason: "stripe_setup" });
    expect(await openSetupAlerts()).toEqual([expect.stringMatching(/^Correct STRIPE_PORTAL_CONFIGURATION/)]);
    expect(await configurations()).toHaveLength(before.length);
  });

  it("that does not exist is a clear error and keeps the Stripe customer", async () => {
    process.env.STRIPE_PORTAL_CONFIGURATION = "bpc_missing";
    asAfterARestart();
    const customer = await aCustomer(brim);

    const { status, body } = await open(customer);

    expect([status, body.details]).toEqual([503, { reason: "stripe_setup" }]);
    expect(body.message).not.toContain("bpc_missing");
    expect(await linkOf(customer)).toMatchObject({ deletedAt: null });
  });
});

async function openSetupAlerts(): Promise<string[]> {
  const alerts = await prisma().alert.findMany({ where: { kind: "stripe_setup", resolvedAt: null } });
  return alerts.map(({ message }) => message);
}

describe("changes in the portal", () => {
  it("appear in our list: a card added, made the default, or removed", async () => {
    const customer = await aCustomer(brim);
    const { url } = (await open(customer)).body;

    await press(url, newCard("4242424242424242"));
    const [first] = await eventually(
      () => cardsOf(customer),
      ([card]) => card?.is_default === true,
    );
    expect(first).toMatchObject({ card_last4: "4242" });

    await press(url, newCard("5555555555554444"));
    const two = await eventually(
      () => cardsOf(customer),
      (cards) => cards.length === 2,
    );
    const second = two.find(({ card_last4 }) => card_last4 === "4444")?.payment_method_id ?? "";
    await press(url, { action: "make-default", card: second });
    await eventually(
      () => cardsOf(customer),
      (cards) => cards.find((card) => card.payment_method_id === second)?.is_default === true,
    );

    await press(url, { action: "remove-card", card: first?.payment_method_id ?? "" });
    const left = await eventually(
      () => cardsOf(customer),
      (cards) => cards.length === 1,
    );
    expect(left).toMatchObject([{ payment_method_id: second, is_default: true }]);
  });

  it("apply to top-ups, which offer a card that was added there", async () => {
    const customer = await aCustomer(brim);
    await press((await open(customer)).body.url, newCard("4242424242424242"));
    await eventually(
      () => cardsOf(customer),
      (cards) => cards.length === 1,
    );

    const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "10.00" });

    expect(await (await fetch(body.url)).text()).toContain("4242");
  });

  it("include the invoice of a top-up", async () => {
    const customer = await aCustomer(brim);
    const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "10.00" });
    await brim.control(`/checkout/${body.session_id}/pay`, {});
    const { invoices } = await eventually(
      async () => (await customer.get("/api/v1/billing/invoices")).body,
      (page) => page.invoices.length === 1,
    );

    const page = await (await fetch((await open(customer)).body.url)).text();

    expect(page).toContain(invoices[0].number);
  });
});
