import { balance, expect, fillCard, signIn, test } from "./support/journey";

test("a card is saved without a charge and becomes the default", async ({ page, member }) => {
  await signIn(page, member);
  const cards = page.getByRole("region", { name: "Saved cards" });
  await expect(cards).toContainText("No saved cards");

  await cards.getByRole("button", { name: "Save a card" }).click();
  await fillCard(page);
  await page.getByRole("button", { name: "Save card" }).last().click();

  await expect(page).toHaveURL(/topup=success&mode=setup/);
  await expect(page.getByRole("status")).toContainText(/4242.* is saved/);
  await expect(cards).toContainText("Visa •••• 4242");
  // The worker sets the default card at Stripe afterwards. The page shows it without a reload.
  await expect(cards).toContainText("Default");
  await expect(balance(page)).toHaveText("$0.00");
});

test("leaving Checkout without saving a card shows a notice", async ({ page, member }) => {
  await signIn(page, member);
  await page.getByRole("button", { name: "Save a card" }).click();

  await page.getByRole("link", { name: /back/i }).first().click();

  await expect(page).toHaveURL(/topup=cancelled&mode=setup/);
  await expect(page.getByRole("status")).toContainText("No card was saved");
});
