import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "@playwright/test";
import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { installedChromium } from "@/tests/support/chromium";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const address = { country: "DE", line1: "Hauptstr. 1", city: "Köln", postal_code: "50667" };

let sandbox: TestSandbox;
let stripe: Stripe;
let browser: Browser;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
  const executablePath = installedChromium();
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
});
afterAll(async () => {
  await browser.close();
  await sandbox.stop();
});

async function aCustomer(): Promise<string> {
  const { id } = await stripe.customers.create({ name: "Jenny Rosen", email: "jenny@example.com", address });
  const card = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: id });
  await stripe.customers.update(id, { invoice_settings: { default_payment_method: card.id } });
  await stripe.paymentMethods.attach("pm_card_visa", { customer: id });
  return id;
}

async function anInvoice(customer: string): Promise<Stripe.Invoice> {
  const draft = await stripe.invoices.create({
    customer,
    automatic_tax: { enabled: true },
    footer: "Thanks",
  });
  await stripe.invoices.addLines(draft.id, { lines: [{ amount: 2500, description: "Balance top-up" }] });
  return stripe.invoices.finalizeInvoice(draft.id);
}

async function aPortal(customer: string): Promise<Stripe.BillingPortal.Session> {
  const { id } = await stripe.billingPortal.configurations.create({
    features: {
      payment_method_update: { enabled: true },
      invoice_history: { enabled: true },
      customer_update: { enabled: true, allowed_updates: ["address", "name", "email", "tax_id"] },
    },
  });
  return stripe.billingPortal.sessions.create({
    customer,
    configuration: id,
    return_url: "https://example.com",
  });
}

/** The URLs of one page of each kind. */
async function everyPage(): Promise<string[]> {
  const customer = await aCustomer();
  const open = await anInvoice(customer);
  const paid = await anInvoice(customer);
  await stripe.invoices.pay(paid.id);
  const voided = await anInvoice(customer);
  await stripe.invoices.voidInvoice(voided.id);
  const [charge] = (await stripe.charges.list({ limit: 1 })).data;
  const portal = await aPortal(customer);
  return [
    ...[open, paid, voided].map((invoice) => String(invoice.hosted_invoice_url)),
    String(charge?.receipt_url),
    portal.url,
  ];
}

/** Describes axe's findings on the current page. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  });
}

it.each([
  [1280, "light"],
  [375, "dark"],
] as const)(
  "has no axe findings on any page at %i px in %s mode, and nothing overflows",
  async (width, colorScheme) => {
    const urls = await everyPage();
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme,
      bypassCSP: true,
    });
    const page = await context.newPage();

    for (const url of urls) {
      await page.goto(url);
      for (const summary of await page.locator("summary").all()) await summary.click();

      expect(await findings(page), url).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), url).toBeLessThanOrEqual(width);
    }
    await context.close();
  },
);

it.each([1280, 375])("keeps a long invoice number on one line beside its amount at %i px", async (width) => {
  const { id } = await stripe.customers.create({
    invoice_prefix: width === 375 ? "SMALLSCREENS" : "LARGESCREENS",
  });
  const draft = await stripe.invoices.create({ customer: id });
  await stripe.invoices.addLines(draft.id, {
    lines: [{ amount: 99_999_999, description: "Balance top-up" }],
  });
  const { number } = await stripe.invoices.finalizeInvoice(draft.id);
  const page = await browser.newPage({ viewport: { width, height: 800 } });

  await page.goto((await aPortal(id)).url);
  const link = page.getByRole("link", { name: String(number) });
  const lines = await link.evaluate((element) => element.getClientRects().length);
  const [ofNumber, ofAmount] = [await link.boundingBox(), await page.getByText("$999,999.99").boundingBox()];

  expect(lines).toBe(1);
  expect((ofNumber?.x ?? 0) + (ofNumber?.width ?? 0)).toBeLessThan(ofAmount?.x ?? 0);
  expect(Math.abs((ofNumber?.y ?? 0) - (ofAmount?.y ?? 999))).toBeLessThan(4);
  await page.close();
});

it("pays an invoice without JavaScript, using only the keyboard", async () => {
  const invoice = await anInvoice(await aCustomer());
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(String(invoice.hosted_invoice_url));

  await page.getByLabel("A new card").focus();
  await page.keyboard.press("Space");
  for (const text of ["4242424242424242", "12 / 34", "123", "Jenny Rosen"]) {
    await page.keyboard.press("Tab");
    await page.keyboard.type(text);
  }
  await page.keyboard.press("Enter");

  await page.getByText("This invoice was paid").waitFor();
  expect((await stripe.invoices.retrieve(invoice.id)).status).toBe("paid");
  await context.close();
});

it("completes 3-D Secure from the invoice page without JavaScript", async () => {
  const invoice = await anInvoice(await aCustomer());
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(String(invoice.hosted_invoice_url));
  await page.getByText("Test cards").click();
  await page.getByRole("button", { name: "3-D Secure every time" }).first().click();

  await page.getByRole("button", { name: /^Pay/ }).last().click();
  await page.getByRole("button", { name: "Complete" }).click();

  await page.getByText("This invoice was paid").waitFor();
  expect((await stripe.invoices.retrieve(invoice.id)).status).toBe("paid");
  await context.close();
});

it("saves a card and updates the details in the portal without JavaScript", async () => {
  const customer = await aCustomer();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto((await aPortal(customer)).url);

  await page.getByText("Add a card").click();
  await page.getByText("Test cards").click();
  await page.getByRole("button", { name: "Visa from Germany, succeeds" }).click();
  await page.getByRole("button", { name: "Save card" }).last().click();
  await page.getByText("The card was saved.").waitFor();
  await page.getByLabel("City").fill("Berlin");
  await page.getByRole("button", { name: "Save details" }).click();
  await page.getByText("Your details were saved.").waitFor();
  await page.getByRole("button", { name: /^Remove: Mastercard/ }).click();
  await page.getByText("The card was removed.").waitFor();

  expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(2);
  expect(await stripe.customers.retrieve(customer)).toMatchObject({
    address: { city: "Berlin" },
    invoice_settings: { default_payment_method: null },
  });
  await context.close();
});
