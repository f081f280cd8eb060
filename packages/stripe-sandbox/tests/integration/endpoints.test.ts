import Stripe from "stripe";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver";

let sandbox: TestSandbox;
let receiver: WebhookReceiver;

beforeEach(async () => {
  receiver = await startWebhookReceiver();
  sandbox = await startTestSandbox({ webhook: { url: receiver.url, secret: "whsec_first" } });
});
afterEach(async () => {
  await sandbox.stop();
  await receiver.stop();
});

async function configuredEndpoint(): Promise<string> {
  return (await sandbox.stripe.webhookEndpoints.list()).data[0]?.id ?? "";
}

/** Sends one more event, and returns which of the secrets it is signed with. */
async function nextSignedBy(secrets: string[]): Promise<{ signatures: number; by: string[] }> {
  const before = receiver.received.length;
  await sandbox.stripe.customers.create({});
  const { body, signature } = (await receiver.waitFor(before + 1))[before] ?? { body: "", signature: "" };
  const by = secrets.filter((secret) => {
    try {
      Stripe.webhooks.constructEvent(body, signature, secret);
      return true;
    } catch {
      return false;
    }
  });
  return { signatures: signature.split(",").filter((part) => part.startsWith("v1=")).length, by };
}

interface Rotated {
  secret: string;
  old_secret_ends_at: number | null;
}

const rotate = async (body?: object) =>
  sandbox.control<Rotated>("POST", `/endpoints/${await configuredEndpoint()}/rotate`, body);

it("signs with both secrets until the old one expires, then only with the new one", async () => {
  const { secret } = await rotate({ overlap_seconds: 3_600 });
  const secrets = [secret, "whsec_first"];

  expect(await nextSignedBy(secrets)).toEqual({ signatures: 2, by: secrets });
  await sandbox.control("POST", "/clock", { advance_seconds: 3_601 });
  expect(await nextSignedBy(secrets)).toEqual({ signatures: 1, by: [secret] });
});

it("expires the old secret immediately when it is rolled without an overlap", async () => {
  const { secret, old_secret_ends_at: end } = await rotate({ overlap_seconds: 0 });

  expect(end).toBeNull();
  expect(await nextSignedBy([secret, "whsec_first"])).toEqual({ signatures: 1, by: [secret] });
});

it("keeps a rolled secret across restarts until the configuration sets a different one", async () => {
  const { secret } = await rotate({ overlap_seconds: 0 });
  await sandbox.restart();
  const kept = await nextSignedBy([secret, "whsec_first"]);
  await sandbox.restart({ webhook: { url: receiver.url, secret: "whsec_second" } });

  expect(kept.by).toEqual([secret]);
  expect((await nextSignedBy([secret, "whsec_first", "whsec_second"])).by).toEqual(["whsec_second"]);
});

it("rejects rolling the secret of an unknown endpoint, or an overlap longer than a day", async () => {
  await expect(sandbox.control("POST", "/endpoints/we_none/rotate")).rejects.toThrow(/404/);
  await expect(rotate({ overlap_seconds: 86_401 })).rejects.toThrow(/400/);
});

it("sends nothing to a disabled endpoint, and resumes when it is enabled", async () => {
  const id = await configuredEndpoint();
  await sandbox.stripe.webhookEndpoints.update(id, { disabled: true });
  const missed = await sandbox.stripe.customers.create({});
  await sandbox.stripe.webhookEndpoints.update(id, { disabled: false });

  const told = await sandbox.stripe.customers.create({});

  await receiver.waitFor(1);
  expect(receiver.received.map(({ event }) => event.data.object.id)).toEqual([told.id]);
  const { data } = await sandbox.stripe.events.list({ type: "customer.created" });
  expect(data.map((event) => event.data.object)).toMatchObject([{ id: told.id }, { id: missed.id }]);
});

it("updates, lists and deletes endpoints, and returns the secret only on creation", async () => {
  const made = await sandbox.stripe.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ["charge.succeeded"],
    description: "Second",
    metadata: { a: "1" },
  });

  const updated = await sandbox.stripe.webhookEndpoints.update(made.id, {
    enabled_events: ["*"],
    description: "",
    metadata: { b: "2" },
  });
  const listed = await sandbox.stripe.webhookEndpoints.list();
  const deleted = await sandbox.stripe.webhookEndpoints.del(made.id);

  expect(made.secret).toMatch(/^whsec_\w{32}$/);
  expect(updated).toMatchObject({ enabled_events: ["*"], description: null, metadata: { a: "1", b: "2" } });
  expect(updated.secret).toBeUndefined();
  expect(listed.data.map(({ id }) => id)).toContain(made.id);
  expect(deleted).toMatchObject({ id: made.id, deleted: true });
  await expect(sandbox.stripe.webhookEndpoints.retrieve(made.id)).rejects.toMatchObject({ statusCode: 404 });
});

it("rejects an endpoint with an API version that the sandbox does not support", async () => {
  const create = (version: string) =>
    sandbox.call(
      "POST",
      "/v1/webhook_endpoints",
      `url=${encodeURIComponent(receiver.url)}&enabled_events[]=*&api_version=${version}`,
    );

  expect(await create("2024-06-20")).toMatchObject({
    status: 400,
    json: { error: { type: "invalid_request_error", param: "api_version" } },
  });
  expect((await create(Stripe.API_VERSION)).json.api_version).toBe(Stripe.API_VERSION);
});

it("resends an event to one endpoint, like the Stripe CLI does", async () => {
  await sandbox.stripe.customers.create({});
  const [first] = await receiver.waitFor(1);
  const endpoint = await configuredEndpoint();

  const answer = await sandbox.call(
    "POST",
    `/v1/events/${first?.event.id}/retry`,
    `webhook_endpoint=${endpoint}`,
  );
  const unknown = await sandbox.call(
    "POST",
    `/v1/events/${first?.event.id}/retry`,
    "webhook_endpoint=we_none",
  );

  expect(answer).toMatchObject({ status: 200, json: { id: first?.event.id } });
  expect((await receiver.waitFor(2))[1]?.body).toBe(first?.body);
  expect(unknown).toMatchObject({ status: 400, json: { error: { param: "webhook_endpoint" } } });
});

it("rejects an endpoint with an older API version and explains the fix; accepts one without a version", async () => {
  const params = { url: receiver.url, enabled_events: ["customer.created" as const] };
  const older = sandbox.stripe.webhookEndpoints.create({ ...params, api_version: "2025-12-15.clover" });
  await expect(older).rejects.toMatchObject({
    statusCode: 400,
    param: "api_version",
    message: expect.stringMatching(/Set api_version to 2026-10-28\.endive, or leave it out/),
  });

  for (const version of [{ api_version: Stripe.API_VERSION as "2026-10-28.endive" }, {}]) {
    const endpoint = await sandbox.stripe.webhookEndpoints.create({ ...params, ...version });
    const customer = await sandbox.stripe.customers.create({});
    const told = await receiver.waitFor(2, ({ event }) => event.data.object.id === customer.id);
    expect(told.map(({ event }) => event.api_version)).toEqual([Stripe.API_VERSION, Stripe.API_VERSION]);
    await sandbox.stripe.webhookEndpoints.del(endpoint.id);
  }
});
