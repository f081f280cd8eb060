import type { Page } from "@playwright/test";
import Stripe from "stripe";
import { api, control, demo } from "./support/demo";
import { balance, expect, type Member, signIn, test } from "./support/journey";
import { breakConnections, holdEvents, restoreSandbox } from "./support/sandbox";

/** Tops up by $20, which adds $20.00 to the balance, and opens the page of the top-up. Returns the payment's id. */
async function openToppedUp(page: Page, member: Member): Promise<string> {
  const body = JSON.stringify({ amount_usd: "20.00" });
  const started = await api("/billing/checkout-session", { method: "POST", body }, member.key);
  const { session_id: sessionId, topup_intent_id: id } = started.body as Record<string, string>;
  const address = { country: "US", state: "OR" };
  const { session } = await control(`/checkout/${sessionId}/pay`, { address });
  await signIn(page, member);
  await expect(async () => {
    await page.reload();
    await expect(balance(page)).toHaveText("$20.00", { timeout: 1_000 });
  }).toPass();
  await page.goto(`/billing/top-ups/${id}`);
  return (session as { payment_intent: string }).payment_intent;
}

/** Requests the refund on the page. */
async function requestRefund(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Refund $20.00" }).click();
  const dialog = page.getByRole("dialog", { name: "Refund this top-up?" });
  await dialog.getByRole("button", { name: "Refund $20.00" }).click();
}

async function refundOf(payment: string): Promise<string> {
  const { hostname, port } = new URL(demo().sandboxUrl);
  const stripe = new Stripe(demo().stripeSecretKey, { host: hostname, port, protocol: "http" });
  const [refund] = (await stripe.refunds.list({ payment_intent: payment })).data;
  return refund?.id ?? "";
}

const entry = (page: Page, hasText: string) => page.getByRole("listitem").filter({ hasText });

async function expectBalance(page: Page, amount: string): Promise<void> {
  await page.getByRole("link", { name: "Billing", exact: true }).click();
  await expect(balance(page)).toHaveText(amount);
}

test("a requested refund is shown as pending while Stripe is down, and as sent afterwards", async ({
  page,
  member,
}) => {
  await openToppedUp(page, member);
  await breakConnections({ method: "POST", path: "/v1/refunds" });

  await requestRefund(page);

  await expect(page.getByText("Your refund of $20.00 is being processed.")).toBeVisible();
  await expect(entry(page, "A refund was requested")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Refund/ })).toBeHidden();
  await restoreSandbox();
  await expect(async () => {
    await page.reload();
    await expect(entry(page, "A refund was sent")).toContainText("−$20.00", { timeout: 1_000 });
  }).toPass();
  await expect(page.getByText("is being processed")).toBeHidden();
  await expectBalance(page, "$0.00");
});

test("a refund that Stripe refuses is explained, and the balance stays", async ({ page, member }) => {
  const payment = await openToppedUp(page, member);
  // Brim must not learn of the dispute, from a webhook or by reading events.
  await holdEvents();
  await breakConnections({ method: "GET", path: "/v1/events" });
  await control(`/charges/${payment}/dispute`, {});

  await requestRefund(page);

  const dialog = page.getByRole("dialog", { name: "Refund this top-up?" });
  await expect(dialog.getByRole("alert")).toHaveText(
    "This top-up cannot be refunded. Nothing was refunded. Contact us.",
  );
  await page.reload();
  await expect(entry(page, "The refund could not be made")).toBeVisible();
  await expectBalance(page, "$20.00");
});

test("a refund that fails later returns its amount, and can be requested again", async ({ page, member }) => {
  const payment = await openToppedUp(page, member);
  await requestRefund(page);
  await expect(entry(page, "A refund was sent")).toBeVisible();

  await control(`/refunds/${await refundOf(payment)}/fail`);

  await expect(async () => {
    await page.reload();
    await expect(entry(page, "The refund did not reach your card")).toContainText("+$20.00", {
      timeout: 1_000,
    });
  }).toPass();
  await expect(page.getByRole("button", { name: "Refund $20.00" })).toBeEnabled();
  await expectBalance(page, "$20.00");
});
