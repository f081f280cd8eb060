import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cardSetupParams, pageFields, topUpParams } from "../support/checkout-params";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let customer: Stripe.Customer;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  customer = await sandbox.stripe.customers.create({ email: "jenny@example.com" });
});
afterAll(() => sandbox.stop());

async function aPage(changes: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const session = await sandbox.stripe.checkout.sessions.create(topUpParams(customer.id, changes));
  return { session, text: await (await fetch(session.url ?? "")).text() };
}

it("shows the amount and that tax depends on the address, and loads nothing from other hosts", async () => {
  const { text, session } = await aPage();

  expect(text).toContain("test mode, no real money");
  expect(text).toContain("Pay $25.00 plus tax");
  expect(text).toContain("calculated from your address");
  expect(text).toContain(`href="${session.cancel_url?.replaceAll("&", "&amp;")}"`);
  expect(text).not.toMatch(/<script|src=|@import|url\(/);
});

it("calculates the tax on request without taking a payment", async () => {
  const { session } = await aPage();

  const page = await sandbox.submit(session.id, {
    ...pageFields,
    action: "update",
    country: "DE",
    cardNumber: "",
  });

  const text = await page.text();
  expect(text).toContain("$4.75");
  expect(text).toContain("Pay $29.75");
  expect(text).not.toContain('role="alert"');
  expect((await sandbox.stripe.checkout.sessions.retrieve(session.id)).payment_intent).toBeNull();
});

it("fills in a test card and keeps the other fields", async () => {
  const { session } = await aPage();

  const page = await sandbox.submit(session.id, {
    ...pageFields,
    action: "",
    fill: "378282246310005",
    city: "Salem",
  });

  const text = await page.text();
  expect(text).toContain('value="378282246310005"');
  expect(text).toContain('value="1234"');
  expect(text).toContain('value="Salem"');
});

it("shows a consent text instead of a checkbox when the card is always saved", async () => {
  const kept = await aPage({
    payment_intent_data: { setup_future_usage: "off_session" },
    saved_payment_method_options: undefined,
  });
  const ticked = await aPage();

  expect(kept.text).toContain("you allow the seller to charge this card");
  expect(kept.text).not.toContain('type="checkbox"');
  expect(ticked.text).toContain('type="checkbox"');
});

it("shows no amounts in setup mode", async () => {
  const session = await sandbox.stripe.checkout.sessions.create(cardSetupParams(customer.id));

  const text = await (await fetch(session.url ?? "")).text();

  expect(text).toContain("Save card");
  expect(text).not.toContain("$");
});

it("does not let a customer pay under a different email address than the one on file", async () => {
  const { session } = await aPage();

  await sandbox.submit(session.id, { ...pageFields, email: "mallory@example.com" });

  expect((await sandbox.stripe.checkout.sessions.retrieve(session.id)).customer_details?.email).toBe(
    "jenny@example.com",
  );
});

it("shows different pages for a paid, an expired and an unknown session", async () => {
  const paid = await aPage();
  await sandbox.submit(paid.session.id, pageFields);
  const expired = await aPage();
  await sandbox.stripe.checkout.sessions.expire(expired.session.id);

  const answers = await Promise.all(
    [paid.session.id, expired.session.id, "cs_test_unknown"].map((id) => fetch(`${sandbox.url}/c/pay/${id}`)),
  );

  expect(answers.map((answer) => answer.status)).toEqual([200, 410, 404]);
  expect(await answers[0]?.text()).toContain(`session_id=${paid.session.id}`);
});

it("shows recent activity on the front page", async () => {
  const answer = await fetch(sandbox.url);

  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("customer.created");
});
