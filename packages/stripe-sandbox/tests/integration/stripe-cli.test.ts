import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { atDepth } from "@/tests/support/depth";
import { type StripeCli, startStripeCli, stripeCliPath } from "../support/stripe-cli";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";
import { startWebhookReceiver } from "../support/webhook-receiver";

const missing = stripeCliPath() === undefined;
if (missing) {
  console.warn(`Skipped: Stripe has no command-line tool for ${process.platform}-${process.arch}.`);
}

let sandbox: TestSandbox;
let cli: StripeCli;

beforeAll(async () => {
  if (missing) return;
  sandbox = await startTestSandbox();
  cli = await startStripeCli(sandbox);
});
afterAll(async () => {
  await cli?.stop();
  await sandbox?.stop();
});

/** The events that it can trigger in the sandbox and that are sent immediately. */
const TRIGGERS = [
  "billing_portal.configuration.created",
  "billing_portal.configuration.updated",
  "charge.captured",
  "charge.dispute.closed",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.failed",
  "charge.refund.updated",
  "charge.refunded",
  "charge.succeeded",
  "checkout.session.completed",
  "checkout.session.expired",
  "customer.created",
  "customer.deleted",
  "customer.updated",
  "invoice.created",
  "invoice.deleted",
  "invoice.finalized",
  "invoice.marked_uncollectible",
  "invoice.paid",
  "invoice.payment_action_required",
  "invoice.payment_failed",
  "invoice.payment_succeeded",
  "invoice.sent",
  "invoice.updated",
  "invoice.voided",
  "invoiceitem.created",
  "invoiceitem.deleted",
  "payment_intent.amount_capturable_updated",
  "payment_intent.canceled",
  "payment_intent.created",
  "payment_intent.payment_failed",
  "payment_intent.processing",
  "payment_intent.requires_action",
  "payment_intent.succeeded",
  "payment_method.attached",
  "payment_method.detached",
  "payment_method.updated",
  "price.created",
  "price.updated",
  "product.created",
  "product.deleted",
  "product.updated",
  "setup_intent.canceled",
  "setup_intent.created",
  "setup_intent.requires_action",
  "setup_intent.setup_failed",
  "setup_intent.succeeded",
];

/** Returns the first of each object: "charge.captured" stands for all that begin with "charge.". */
const ONE_OF_EACH = [
  ...new Map([...TRIGGERS].reverse().map((type) => [type.replace(/\.\w+$/, ""), type])).values(),
];

/** How fixtures reference the ID from an earlier response. */
const idOf = (name: string) => `\${${name}:id}`;

const typesSince = async (last: string | undefined) =>
  (await sandbox.stripe.events.list({ limit: 100, ...(last && { ending_before: last }) })).data.map(
    ({ type }) => type,
  );

describe.skipIf(missing)("the Stripe CLI", () => {
  it.each(atDepth({ ci: ONE_OF_EACH, deep: TRIGGERS }))("triggers %s", async (type) => {
    const [last] = (await sandbox.stripe.events.list({ limit: 1 })).data;

    const { exitCode, output } = await cli.run("trigger", type);

    expect(output).toContain("Trigger succeeded");
    expect(exitCode).toBe(0);
    expect(await typesSince(last?.id)).toContain(type);
  });

  it.each(["checkout.session.async_payment_failed", "checkout.session.async_payment_succeeded"])(
    "triggers %s, which is sent once the bank responds",
    async (type) => {
      const [last] = (await sandbox.stripe.events.list({ limit: 1 })).data;

      const { output } = await cli.run("trigger", type);
      const atOnce = await typesSince(last?.id);
      await sandbox.control("POST", "/clock", { advance_seconds: 14 * 86_400 });

      expect(output).toContain("Trigger succeeded");
      expect(atOnce).toContain("checkout.session.completed");
      expect(atOnce).not.toContain(type);
      expect(await typesSince(last?.id)).toContain(type);
    },
  );

  it("triggers a portal session once the account has a default configuration", async () => {
    const type = "billing_portal.session.created";
    const [last] = (await sandbox.stripe.events.list({ limit: 1 })).data;
    const without = await cli.run("trigger", type);
    const { id } = await sandbox.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
    });
    await sandbox.control("POST", `/portal_configurations/${id}/make_default`);

    const { output } = await cli.run("trigger", type);

    expect(without.output).toContain("default configuration has not been created");
    expect(output).toContain("Trigger succeeded");
    expect(await typesSince(last?.id)).toContain(type);
  });

  it.each([
    ["coupon.created", "Unrecognized request URL (POST: /v1/coupons)"],
    ["balance.available", "No such PaymentMethod: 'pm_card_bypassPending'"],
    ["plan.created", "Unrecognized request URL (POST: /v1/plans)"],
    ["tax_rate.created", "Unrecognized request URL (POST: /v1/tax_rates)"],
  ])("reports that it cannot trigger %s, which the sandbox does not support", async (type, refusal) => {
    const { exitCode, output } = await cli.run("trigger", type);

    expect(exitCode).toBe(1);
    expect(output).toContain(refusal);
  });

  it("runs fixtures from a file", async () => {
    const file = join(tmpdir(), `fixtures-${process.pid}.json`);
    const fixtures = [
      { name: "cust", path: "/v1/customers", method: "post", params: { email: "fixture@example.com" } },
      {
        name: "intent",
        path: "/v1/payment_intents",
        method: "post",
        params: { amount: 1234, currency: "usd", customer: idOf("cust") },
      },
    ];
    await writeFile(file, JSON.stringify({ _meta: { template_version: 0 }, fixtures }));

    const { exitCode, output } = await cli.run("fixtures", file);

    expect(output).not.toContain("failed");
    expect(exitCode).toBe(0);
    const [customer] = (await sandbox.stripe.customers.list({ email: "fixture@example.com" })).data;
    const intents = await sandbox.stripe.paymentIntents.list({ customer: customer?.id ?? "" });
    expect(intents.data).toMatchObject([{ amount: 1234 }]);
    await rm(file);
  });

  it("creates, retrieves, updates, lists and deletes through its resource commands", async () => {
    const made = await cli.json("customers", "create", "--email", "cli@example.com", "-d", "metadata[a]=1");
    const id = String(made.id);
    const updated = await cli.json("customers", "update", id, "--name", "By the tool");
    const listed = await cli.json("customers", "list", "--email", "cli@example.com", "--limit", "3");
    const intent = await cli.json("payment_intents", "create", "--amount", "500", "--currency", "usd");
    const found = await cli.json("payment_intents", "retrieve", String(intent.id));
    const deleted = await cli.json("customers", "delete", id, "--confirm");

    expect(updated).toMatchObject({ id, name: "By the tool", metadata: { a: "1" } });
    expect(listed).toMatchObject({ object: "list", data: [{ id }] });
    expect(found).toMatchObject({ id: intent.id, amount: 500 });
    expect(deleted).toMatchObject({ id, deleted: true });
  });

  it("prints the API error and fails when an object does not exist", async () => {
    const { output } = await cli.run("customers", "retrieve", "cus_nobody");

    expect(output).toContain("resource_missing");
    expect(output).toContain("No such customer: 'cus_nobody'");
  });

  it("sends GET and POST requests to any path", async () => {
    const customer = await cli.json("post", "/v1/customers", "-d", "email=any@example.com");
    const found = await cli.json("get", `/v1/customers/${customer.id}`);

    expect(found).toEqual(customer);
  });

  it("resends an event to an endpoint", async () => {
    const receiver = await startWebhookReceiver();
    const endpoint = await sandbox.stripe.webhookEndpoints.create({
      url: receiver.url,
      enabled_events: ["customer.created"],
    });
    await sandbox.stripe.customers.create({});
    const [first] = await receiver.waitFor(1);

    const { exitCode } = await cli.run(
      "events",
      "resend",
      first?.event.id ?? "",
      "--webhook-endpoint",
      endpoint.id,
    );

    expect(exitCode).toBe(0);
    expect((await receiver.waitFor(2))[1]?.event.id).toBe(first?.event.id);
    await sandbox.stripe.webhookEndpoints.del(endpoint.id);
    await receiver.stop();
  });
});
