import { afterAll, beforeAll, expect, it } from "vitest";
import { pageFields, topUpParams } from "../support/checkout-params";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver";

let sandbox: TestSandbox;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  sandbox = await startTestSandbox({ webhook: { url: receiver.url, secret: "whsec_dashboard" } });
});
afterAll(async () => {
  await sandbox.stop();
  await receiver.stop();
});

async function page(path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${sandbox.url}${path}`);
  return { status: response.status, text: await response.text() };
}

/** Submits the form of a button like a browser: with the form's own fields and the page's origin. */
async function press(
  path: string,
  label: string,
  fields: Record<string, string> = {},
  origin = sandbox.url,
): Promise<Response> {
  const { text } = await page(path);
  const form = text.split("<form").find((part) => part.includes(`>${label}</button>`));
  if (!form) throw new Error(`${path} has no button "${label}"`);
  const inputs = [...form.matchAll(/<input[^>]*\bname="([^"]+)"[^>]*\bvalue="([^"]*)"/g)];
  const selects = [...form.matchAll(/<select name="([^"]+)">.*?<option(?: selected)?>([^<]*)/g)];
  const own = [...inputs, ...selects].map(([, name, value]) => [name ?? "", value ?? ""]);
  return fetch(`${sandbox.url}/dashboard/actions`, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: origin },
    body: new URLSearchParams({ ...Object.fromEntries(own), ...fields }),
  });
}

async function aSession(): Promise<string> {
  const customer = await sandbox.stripe.customers.create({ email: "jenny@example.com" });
  return (await sandbox.stripe.checkout.sessions.create(topUpParams(customer.id, { expires_at: undefined })))
    .id;
}

it("shows the object counts and the latest activity", async () => {
  const session = await aSession();
  await sandbox.submit(session, pageFields);

  const { status, text } = await page("/");

  expect(status).toBe(200);
  for (const shown of [`${sandbox.url}/v1`, "checkout.session.completed", "payment_intent", receiver.url])
    expect(text).toContain(shown);
  expect(text).not.toMatch(/<script|src=|@import|url\(/);
});

it("shows one object with its events and deliveries, and links to related objects", async () => {
  const session = await aSession();
  await sandbox.submit(session, pageFields);
  const { payment_intent: intent } = await sandbox.stripe.checkout.sessions.retrieve(session);

  const { text } = await page(`/dashboard/objects/${session}`);

  expect(text).toContain(`href="/dashboard/objects/${intent}"`);
  expect(text).toContain("checkout.session.completed");
  expect(text).toContain("succeeded");
  expect((await page(`/dashboard/objects/${intent}`)).text).toContain("payment_intent.succeeded");
  expect((await page("/dashboard/objects/pi_nothing")).status).toBe(404);
});

it("lists objects by type, events and deliveries, with pagination", async () => {
  for (let made = 0; made < 51; made += 1) await sandbox.stripe.customers.create({ name: `N${made}` });

  const first = await page("/dashboard/objects?type=customer");
  const older = /href="(\/dashboard\/objects\?[^"]*before=\d+)"/
    .exec(first.text)?.[1]
    ?.replaceAll("&amp;", "&");
  const second = await page(older ?? "");

  expect(first.text).toContain("N50");
  expect(first.text).not.toContain("N0<");
  expect(second.text).toContain("N0<");
  expect((await page("/dashboard/events")).text).toContain("customer.created");
  expect((await page("/dashboard/deliveries")).text).toContain(receiver.url);
});

it("escapes customer input", async () => {
  const customer = await sandbox.stripe.customers.create({ name: "<img src=x onerror=alert(1)>" });

  for (const path of ["/dashboard/objects?type=customer", `/dashboard/objects/${customer.id}`]) {
    expect((await page(path)).text).not.toContain("<img");
  }
});

it("resends an event, sends duplicates of it, and copies it under a new ID", async () => {
  const customer = await sandbox.stripe.customers.create({});
  const isIts = ({ event }: { event: { data: { object: { id: string } } } }) =>
    event.data.object.id === customer.id;
  const [first] = await receiver.waitFor(1, isIts);
  const path = `/dashboard/events/${first?.event.id}`;

  expect((await press(path, "Resend")).status).toBe(303);
  expect((await press(path, "Duplicate", { "number:times": "2" })).status).toBe(303);
  expect((await press(path, "Copy under a new ID")).status).toBe(303);

  const received = await receiver.waitFor(5, isIts);
  expect(new Set(received.map(({ event }) => event.id)).size).toBe(2);
});

it("advances the clock, and pauses and resumes webhook delivery", async () => {
  const { now } = await sandbox.control<{ now: number }>("GET", "/health");
  const moved = await press("/", "An hour later");
  await press("/dashboard/controls", "Set", { "text:mode": "hold" });
  const customer = await sandbox.stripe.customers.create({});
  const held = await sandbox.control("GET", "/health");
  await press("/dashboard/controls", "Set", { "text:mode": "deliver" });

  expect(moved.headers.get("location")).toBe("/?done=An%20hour%20later");
  expect((await sandbox.control<{ now: number }>("GET", "/health")).now).toBeGreaterThanOrEqual(now + 3600);
  expect(held).toMatchObject({ deliveries: "hold" });
  await receiver.waitFor(1, ({ event }) => event.data.object.id === customer.id);
});

it("turns faults on and off, and lists the active ones", async () => {
  await press("/dashboard/controls", "Add the API fault", {
    "number:status": "429",
    "text:match.path": "/v1/charges",
    "number:times": "3",
  });
  await press("/dashboard/controls", "Add the webhook fault", {
    "text:action": "delay",
    "text:match.type": "charge.*",
    "number:times": "all",
  });

  const { text } = await page("/dashboard/controls");
  const hit = await sandbox.call("GET", "/v1/charges");
  await press("/dashboard/controls", "Remove API faults");
  await press("/dashboard/controls", "Remove webhook faults");

  expect(text).toContain("/v1/charges");
  expect(text).toContain("charge.*");
  expect(hit.status).toBe(429);
  expect(await sandbox.control("GET", "/faults")).toEqual({ faults: [] });
  expect(await sandbox.control("GET", "/deliveries/faults")).toEqual({ faults: [] });
});

it("pays and expires sessions, and shows the error when that fails", async () => {
  const [paid, expired] = [await aSession(), await aSession()];

  await press(`/dashboard/objects/${paid}`, "Pay with 4242");
  const declined = await press(`/dashboard/objects/${expired}`, "Try a declined card");
  await press(`/dashboard/objects/${expired}`, "Expire");

  expect((await sandbox.stripe.checkout.sessions.retrieve(paid)).payment_status).toBe("paid");
  expect(declined.status).toBe(422);
  expect(await declined.text()).toContain("Your card was declined.");
  expect((await sandbox.stripe.checkout.sessions.retrieve(expired)).status).toBe("expired");
  expect((await page(`/dashboard/objects/${expired}`)).text).not.toContain("Pay with 4242");
});

it("rolls a webhook secret and shows the new one", async () => {
  const [endpoint] = (await sandbox.stripe.webhookEndpoints.list()).data;

  const answer = await press(`/dashboard/objects/${endpoint?.id}`, "Roll the secret at once");

  expect(answer.status).toBe(200);
  expect(await answer.text()).toMatch(/whsec_\w{32}/);
});

it("rejects a form submitted from another or an opaque origin", async () => {
  const before = await sandbox.control<{ now: number }>("GET", "/health");

  const foreign = await press("/", "A week later", {}, "https://evil.example");
  const nobody = await press("/", "A week later", {}, "null");

  expect([foreign.status, nobody.status]).toEqual([403, 403]);
  expect((await sandbox.control<{ now: number }>("GET", "/health")).now).toBeLessThan(before.now + 3600);
});

it("redirects back only to its own pages", async () => {
  const answer = await press("/", "An hour later", { back: "//evil.example" });

  expect(answer.headers.get("location")).toBe("/?done=An%20hour%20later");
});

it("lists the test cards", async () => {
  const { text } = await page("/dashboard/cards");

  expect(text).toContain("4242 4242 4242 4242");
  expect(text).toContain("pm_card_visa");
});

it("makes the bank decline a saved card, and accept it again", async () => {
  const { stripe } = sandbox;
  const customer = await stripe.customers.create({});
  const card = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
  const pay = () =>
    stripe.paymentIntents.create({
      amount: 1000,
      currency: "usd",
      customer: customer.id,
      payment_method: card.id,
      off_session: true,
      confirm: true,
    });

  await press(`/dashboard/objects/${card.id}`, "Decline charges: lost card");

  await expect(pay()).rejects.toMatchObject({ code: "card_declined", decline_code: "lost_card" });
  await press(`/dashboard/objects/${card.id}`, "Accept charges again");
  expect(await pay()).toMatchObject({ status: "succeeded" });
  const decline = { decline_code: "bad_mood" };
  await expect(sandbox.control("POST", `/payment_methods/${card.id}/decline`, decline)).rejects.toThrow(
    /400/,
  );
  await expect(sandbox.control("POST", "/payment_methods/pm_none/accept")).rejects.toThrow(/404/);
});

it("makes a portal configuration the default", async () => {
  const { id } = await sandbox.stripe.billingPortal.configurations.create({
    features: { invoice_history: { enabled: true } },
  });

  await press(`/dashboard/objects/${id}`, "Make it the default");

  expect(await sandbox.stripe.billingPortal.configurations.retrieve(id)).toMatchObject({ is_default: true });
  expect((await page(`/dashboard/objects/${id}`)).text).not.toContain("Make it the default");
});
