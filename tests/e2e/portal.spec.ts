import { continueToCheckout, expect, fillCard, signIn, test } from "./support/journey";

test("a card added in Stripe's portal is listed on the billing page", async ({ page, member }) => {
  await signIn(page, member);
  await page.getByRole("button", { name: "Manage cards and invoices" }).dblclick();
  await expect(page).toHaveURL(/\/p\/session\//);

  await page.getByLabel("Card number").fill("4242 4242 4242 4242");
  await page.getByLabel(/^Expiry/).fill("12 / 34");
  await page.getByLabel("CVC").fill("123");
  await page.getByLabel("Name on card").fill("Ada Lovelace");
  await page.getByRole("button", { name: "Save card" }).click();
  await expect(page.getByRole("status")).toBeVisible();
  await page.getByRole("link", { name: "Return" }).click();

  await expect(page).toHaveURL(/\/billing\?customer=/);
  const cards = page.getByRole("region", { name: "Saved cards" });
  await expect(async () => {
    await page.reload();
    await expect(cards).toContainText("Visa •••• 4242", { timeout: 1_000 });
  }).toPass();
});

test("a top-up links to its invoice", async ({ page, member }) => {
  await signIn(page, member);
  await continueToCheckout(page, "$25");
  await fillCard(page);
  await page.getByRole("button", { name: /^Pay/ }).last().click();
  await expect(page.getByRole("status")).toContainText("added to your balance");
  await page.reload();

  await page.getByRole("group").filter({ hasText: "Top-up" }).first().click();
  const link = page.getByRole("link", { name: /^Invoice \S/ });
  const number = (await link.textContent())?.replace("Invoice ", "") ?? "";
  await link.click();

  await expect(page.getByText(number).first()).toBeVisible();
});

test("the portal button shows an error while Stripe is unavailable, and works on the next click", async ({
  page,
  member,
}) => {
  await signIn(page, member);
  const error = { error: "SERVICE_UNAVAILABLE", message: "Down.", statusCode: 503, request_id: "req_1" };
  await page.route("**/portal-session", (route) => route.fulfill({ status: 503, json: error }), {
    times: 1,
  });
  const button = page.getByRole("button", { name: "Manage cards and invoices" });

  await button.click();

  await expect(page.getByRole("alert").filter({ hasText: "temporarily unavailable" })).toContainText(
    "Nothing has changed.",
  );
  await button.click();
  await expect(page).toHaveURL(/\/p\/session\//);
});
