import type { Page } from "@playwright/test";
import { expectAccessibleEverywhere } from "./support/appearance";
import { api, demo } from "./support/demo";
import { balance, continueToCheckout, expect, fillCard, signIn, test } from "./support/journey";

/** An id of a session, payment, invoice, card or refund. */
const STRIPE_ID = /\b(cs|pi|in|pm|re|pyr|ch)_\w/;

async function topUp(page: Page, preset: string): Promise<void> {
  await continueToCheckout(page, preset);
  await fillCard(page);
  await page.getByLabel("Country").selectOption("DE");
  await page.getByRole("button", { name: /^Pay/ }).last().click();
  await expect(page.getByRole("status")).toContainText("added to your balance");
}

test("a customer opens a top-up, refunds it, and the timeline and the balance say so", async ({
  page,
  member,
}) => {
  await signIn(page, member);
  await topUp(page, "$100");
  await page.getByRole("link", { name: "View top-up" }).first().click();
  await expect(page.getByRole("heading", { name: "Top-up of $100.00" })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "added to your balance" })).toContainText(
    "+$100.00",
  );
  await expect(page.getByRole("main")).not.toContainText(STRIPE_ID);
  await expectAccessibleEverywhere(page, "credited");

  const open = page.getByRole("button", { name: "Refund $119.00" });
  await open.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Refund this top-up?" });
  await expect(dialog).toContainText("$100.00 is taken from your balance");
  await expectAccessibleEverywhere(page, "confirm");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(open).toBeFocused();
  await open.click();
  await dialog.getByRole("button", { name: "Refund $119.00" }).click();

  await expect(page.getByText("This top-up of $100.00 was refunded")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "A refund was sent" })).toContainText("−$100.00");
  await expect(open).toBeHidden();
  await expect(
    page.getByText("$119.00 to your card: $100.00 from your balance and $19.00 tax"),
  ).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText(STRIPE_ID);
  await expectAccessibleEverywhere(page, "refunded");
  await page.getByRole("link", { name: "Billing", exact: true }).click();
  await expect(balance(page)).toHaveText("$0.00");
});

test("the page of a top-up can be read without JavaScript", async ({ page, member, browser }) => {
  await signIn(page, member);
  await topUp(page, "$10");
  const id = new URL(page.url()).searchParams.get("intent");
  const storageState = await page.context().storageState();
  const context = await browser.newContext({
    javaScriptEnabled: false,
    storageState,
    baseURL: demo().appUrl,
  });
  const plain = await context.newPage();

  await plain.goto(`/billing/top-ups/${id}`);

  await expect(plain.getByRole("heading", { name: "Top-up of $10.00" })).toBeVisible();
  await expect(plain.getByRole("listitem").filter({ hasText: "added to your balance" })).toContainText(
    "+$10.00",
  );
  await context.close();
});

test("another customer's top-up, and one that does not exist, are not found", async ({ page, member }) => {
  await signIn(page, member);
  const { body } = await api("/billing/topups?limit=1");
  const [other] = body.topups as unknown as { topup_intent_id: string }[];

  for (const id of [other?.topup_intent_id, "topup_01m81xgxrcexrs47sfmrsawft1", "nonsense"]) {
    const response = await page.goto(`/billing/top-ups/${id}`);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  }
});
