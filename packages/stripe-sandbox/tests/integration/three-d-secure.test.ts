import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cardSetupParams, pageFields, topUpParams } from "../support/checkout-params";
import { eventTypesSince, lastEvent } from "../support/sandbox-events";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

const ALWAYS = "4000002760003184";
const THEN_NO_FUNDS = "4000008260003178";
const THEN_DECLINED = "4000008400001629";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

async function aTopUp(changes: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  const session = await stripe.checkout.sessions.create(topUpParams(customer.id, changes));
  return { customer, session };
}

/** Pays with a card that requires authentication, and returns the URL of the bank's page. */
async function payUntilAsked(sessionId: string, cardNumber: string): Promise<string> {
  const response = await sandbox.submit(sessionId, { ...pageFields, cardNumber });
  expect(response.status).toBe(303);
  const address = response.headers.get("location") ?? "";
  expect(address).toMatch(/\/3d-secure\/(pi|seti)_\w+\/\w{32}$/);
  return address;
}

function answer(address: string, choice: "complete" | "fail"): Promise<Response> {
  return fetch(address, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ answer: choice }),
  });
}

describe("3-D Secure in a payment", () => {
  it("shows the bank's page and charges nothing before the customer responds", async () => {
    const { session } = await aTopUp();
    const address = await payUntilAsked(session.id, ALWAYS);

    const page = await (await fetch(address)).text();
    const open = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });

    expect(page).toContain("$25.00");
    expect(page).toContain("Complete");
    expect(page).toContain("Fail");
    expect(page).not.toMatch(/<script|src=|@import|url\(/);
    expect(open).toMatchObject({ status: "open", payment_status: "unpaid" });
    expect(open.payment_intent).toMatchObject({
      status: "requires_action",
      latest_charge: null,
      next_action: { type: "use_stripe_sdk" },
    });
  });

  it("charges once the customer authenticates, with the address and the events of every payment", async () => {
    const { session, customer } = await aTopUp();
    const mark = await lastEvent(stripe);
    const address = await payUntilAsked(session.id, ALWAYS);

    const done = await answer(address, "complete");

    expect(done.status).toBe(303);
    expect(done.headers.get("location")).toContain(`session_id=${session.id}`);
    const paid = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent.latest_charge"],
    });
    const intent = paid.payment_intent as Stripe.PaymentIntent;
    expect(paid).toMatchObject({
      status: "complete",
      payment_status: "paid",
      customer_details: { name: "Jenny Rosen", address: { city: "Portland" } },
    });
    expect(intent).toMatchObject({ status: "succeeded", next_action: null });
    expect(
      (intent.latest_charge as Stripe.Charge).payment_method_details?.card?.three_d_secure,
    ).toMatchObject({ authentication_flow: "challenge", result: "authenticated" });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ address: { city: "Portland" } });
    const types = await eventTypesSince(stripe, mark);
    expect(types.filter((type) => !type.startsWith("invoice") && type !== "customer.updated")).toEqual([
      "payment_intent.created",
      "payment_intent.requires_action",
      "charge.succeeded",
      "payment_intent.succeeded",
      "checkout.session.completed",
    ]);
  });

  it("returns to the open form when authentication fails, and accepts another card for the same intent", async () => {
    const { session } = await aTopUp();
    const mark = await lastEvent(stripe);
    const address = await payUntilAsked(session.id, ALWAYS);

    const failed = await answer(address, "fail");
    const form = await (await fetch(failed.headers.get("location") ?? "")).text();
    const open = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
    const paid = await sandbox.submit(session.id, pageFields);

    expect(failed.status).toBe(303);
    expect(form).toContain('role="alert"');
    expect(form).toContain("unable to authenticate your payment method");
    expect(form).toContain('value="Portland"');
    const intent = open.payment_intent as Stripe.PaymentIntent;
    expect(open.status).toBe("open");
    expect(intent).toMatchObject({
      status: "requires_payment_method",
      latest_charge: null,
      last_payment_error: { code: "payment_intent_authentication_failure" },
    });
    expect(paid.status).toBe(303);
    expect((await stripe.checkout.sessions.retrieve(session.id)).payment_intent).toBe(intent.id);
    expect((await eventTypesSince(stripe, mark)).slice(0, 3)).toEqual([
      "payment_intent.created",
      "payment_intent.requires_action",
      "payment_intent.payment_failed",
    ]);
  });

  it.each([
    [THEN_NO_FUNDS, "insufficient_funds", "insufficient funds"],
    [THEN_DECLINED, "generic_decline", "was declined"],
  ])("declines %s after authentication", async (cardNumber, declineCode, text) => {
    const { session } = await aTopUp();
    const address = await payUntilAsked(session.id, cardNumber);

    const declined = await answer(address, "complete");
    const form = await (await fetch(declined.headers.get("location") ?? "")).text();

    const open = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
    expect(open.status).toBe("open");
    expect((open.payment_intent as Stripe.PaymentIntent).last_payment_error).toMatchObject({
      decline_code: declineCode,
    });
    expect(form).toContain(text);
  });

  it("saves the card when the box was checked, after authentication", async () => {
    const { session, customer } = await aTopUp();
    const response = await sandbox.submit(session.id, { ...pageFields, cardNumber: ALWAYS, save: "on" });
    expect((await stripe.customers.listPaymentMethods(customer.id)).data).toEqual([]);

    await answer(response.headers.get("location") ?? "", "complete");

    const [saved] = (await stripe.customers.listPaymentMethods(customer.id)).data;
    expect(saved).toMatchObject({ allow_redisplay: "always" });
  });

  it("sets up the card for off-session payments when the session requests it", async () => {
    const { session, customer } = await aTopUp({
      payment_intent_data: { setup_future_usage: "off_session" },
      saved_payment_method_options: undefined,
    });
    const address = await payUntilAsked(session.id, "4000002500003155");
    await answer(address, "complete");
    const [saved] = (await stripe.customers.listPaymentMethods(customer.id)).data;

    const away = await stripe.paymentIntents.create({
      amount: 900,
      currency: "usd",
      customer: customer.id,
      payment_method: saved?.id ?? "",
      off_session: true,
      confirm: true,
    });

    expect(saved?.allow_redisplay).toBe("limited");
    expect(away.status).toBe("succeeded");
  });

  it("accepts one response; a repeated page, an old page and a wrong URL have no effect", async () => {
    const { session } = await aTopUp();
    const first = await payUntilAsked(session.id, ALWAYS);
    const second = await payUntilAsked(session.id, ALWAYS);

    const old = await answer(first, "complete");
    const answers = await Promise.all(Array.from({ length: 5 }, () => answer(second, "complete")));
    const wrong = await answer(`${second.slice(0, -4)}0000`, "complete");

    expect(old.status).toBe(410);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410, 410, 410]);
    expect(wrong.status).toBe(410);
    const paid = await stripe.checkout.sessions.retrieve(session.id);
    const charges = await stripe.charges.list({ payment_intent: String(paid.payment_intent) });
    expect(charges.data).toHaveLength(1);
  });

  it("has no effect when the session expired in the meantime", async () => {
    const { session } = await aTopUp();
    const address = await payUntilAsked(session.id, ALWAYS);
    await stripe.checkout.sessions.expire(session.id);

    const late = await answer(address, "complete");

    expect(late.status).toBe(410);
    const expired = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
    expect(expired).toMatchObject({
      status: "expired",
      payment_status: "unpaid",
      payment_intent: { status: "canceled", next_action: null },
    });
  });
});

describe("3-D Secure in setup mode", () => {
  it("saves the card for off-session use once the customer authenticates", async () => {
    const customer = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create(cardSetupParams(customer.id));
    const mark = await lastEvent(stripe);
    const address = await payUntilAsked(session.id, "4000002500003155");

    const page = await (await fetch(address)).text();
    const done = await answer(address, "complete");

    expect(page).toContain("saving this card");
    expect(page).not.toContain("$");
    expect(done.headers.get("location")).toContain("mode=setup");
    expect(await eventTypesSince(stripe, mark)).toEqual([
      "setup_intent.requires_action",
      "payment_method.attached",
      "setup_intent.succeeded",
      "checkout.session.completed",
    ]);
    const [saved] = (await stripe.customers.listPaymentMethods(customer.id)).data;
    const paid = await stripe.paymentIntents.create({
      amount: 900,
      currency: "usd",
      customer: customer.id,
      payment_method: saved?.id ?? "",
      off_session: true,
      confirm: true,
    });
    expect(paid.status).toBe("succeeded");
  });

  it("saves nothing when authentication fails", async () => {
    const customer = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create(cardSetupParams(customer.id));
    const address = await payUntilAsked(session.id, ALWAYS);

    const failed = await answer(address, "fail");
    const form = await (await fetch(failed.headers.get("location") ?? "")).text();

    expect(form).toContain("authentication failed");
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe("open");
    expect((await stripe.customers.listPaymentMethods(customer.id)).data).toEqual([]);
  });
});

describe("3-D Secure of an API payment", () => {
  const asked = (changes: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    stripe.paymentIntents.create({
      amount: 2500,
      currency: "usd",
      payment_method: "pm_card_authenticationRequired",
      confirm: true,
      ...changes,
    });

  it.each([
    ["complete", "succeeded", "succeeded"],
    ["fail", "failed", "requires_payment_method"],
  ] as const)("redirects the customer to return_url after %s", async (choice, redirectStatus, status) => {
    const intent = await asked({ return_url: "https://example.com/back?order=7" });

    const back = await answer(intent.next_action?.redirect_to_url?.url ?? "", choice);

    const url = new URL(back.headers.get("location") ?? "");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      order: "7",
      payment_intent: intent.id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: redirectStatus,
    });
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe(status);
  });

  it("shows the result itself when there is no return_url", async () => {
    const intent = await asked();
    const sdk = intent.next_action?.use_stripe_sdk as { stripe_js: string };

    const page = await answer(sdk.stripe_js, "complete");

    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Your bank approved it");
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe("succeeded");
  });

  it("becomes invalid when the intent is canceled or gets another card", async () => {
    const canceled = await asked({ return_url: "https://example.com" });
    const changed = await asked({ return_url: "https://example.com" });
    await stripe.paymentIntents.cancel(canceled.id);
    await stripe.paymentIntents.confirm(changed.id, { payment_method: "pm_card_visa" });

    const answers = await Promise.all(
      [canceled, changed].map((intent) => answer(intent.next_action?.redirect_to_url?.url ?? "", "complete")),
    );

    expect(answers.map(({ status }) => status)).toEqual([410, 410]);
    expect((await stripe.charges.list({ payment_intent: changed.id })).data).toHaveLength(1);
  });
});

it.each([
  ["complete", 200, "completed"],
  ["fail", 402, "declined"],
])("can be completed through the control API: %s", async (authentication, _status, outcome) => {
  const { session } = await aTopUp();

  const waiting = await sandbox.control("POST", `/checkout/${session.id}/pay`, { card: ALWAYS });
  const answered = await sandbox.control("POST", `/checkout/${session.id}/pay`, {
    card: ALWAYS,
    authentication,
  });

  expect(waiting).toMatchObject({ outcome: "requires_action", url: expect.stringContaining("/3d-secure/") });
  expect(answered).toMatchObject({ outcome });
});
