import { balance, continueToCheckout, expect, fillCard, signIn, signInByForm, test } from "./support/journey";
import { breakConnections, holdEvents, restoreSandbox } from "./support/sandbox";

test("a user signs in, is declined once, tops up $25, and sees the balance and the record", async ({
  page,
  member,
}) => {
  await signInByForm(page, member);
  await expect(balance(page)).toHaveText("$0.00");

  await continueToCheckout(page, "$25");
  await fillCard(page, "4000 0000 0000 9995");
  await page.getByRole("button", { name: /^Pay/ }).last().click();
  await expect(page.getByRole("alert").first()).toContainText(/insufficient funds/i);

  await page.getByLabel("Card number").fill("4242 4242 4242 4242");
  await page.getByRole("button", { name: /^Pay/ }).last().click();

  await expect(page).toHaveURL(/\/billing\?topup=success/);
  await expect(page.getByRole("status")).toContainText("$25.00 added to your balance");
  await expect(balance(page)).toHaveText("$25.00");
  const record = page.getByRole("listitem").filter({ hasText: "Top-up" });
  await expect(record).toContainText("+$25.00");
  await record.locator("summary").click();
  await expect(record).toContainText(/topup_[0-9a-z]{26}/);
});

test("the page shows a top-up as processing until Stripe confirms it, then credits it without a reload", async ({
  page,
  member,
}) => {
  await signIn(page, member);
  await continueToCheckout(page, "$50");
  await fillCard(page);
  await holdEvents();
  await breakConnections({ method: "GET", path: "/v1/checkout/sessions/*" });

  await page.getByRole("button", { name: /^Pay/ }).last().click();
  await expect(page).toHaveURL(/\/billing\?topup=success/);
  await expect(page.getByRole("status")).toContainText("processing");
  await expect(balance(page)).toHaveText("$0.00");
  await page.evaluate(() => Object.assign(window, { wasNotReloaded: true }));
  await restoreSandbox();

  await expect(page.getByRole("status")).toContainText("$50.00 added to your balance");
  await expect(balance(page)).toHaveText("$50.00");
  expect(await page.evaluate(() => "wasNotReloaded" in window)).toBe(true);
});

test("leaving Checkout says that nothing was charged, and the user can try again", async ({
  page,
  member,
}) => {
  await signIn(page, member);
  await continueToCheckout(page, "$10");

  await page.getByRole("link", { name: /back/i }).first().click();

  await expect(page).toHaveURL(/\/billing\?topup=cancelled/);
  await expect(page.getByRole("status")).toContainText("Nothing was charged");
  await expect(balance(page)).toHaveText("$0.00");
  await page.getByRole("link", { name: "Try again" }).click();
  await continueToCheckout(page, "$10");
});

test("an invalid custom amount shows an error at the field, and a valid one is charged", async ({
  page,
  member,
}) => {
  await signIn(page, member);
  const custom = page.getByRole("textbox", { name: /amount/i });

  for (const invalid of ["4.99", "5000.01", "25.001", "abc"]) {
    await custom.fill(invalid);
    await page.getByRole("button", { name: "Continue to checkout" }).click();
    await expect(page.getByRole("alert").first()).toBeVisible();
    await expect(page).toHaveURL(/\/billing/);
  }
  await custom.fill("33.33");
  await page.getByRole("button", { name: "Continue to checkout" }).click();

  await expect(page.getByText("$33.33").first()).toBeVisible();
  await expect(page.getByLabel("Card number")).toBeVisible();
});

test("tax is added to the price and not credited", async ({ page, member }) => {
  await signIn(page, member);
  await continueToCheckout(page, "$100");
  await fillCard(page);
  await page.getByLabel("Country").selectOption("DE");

  await page.getByRole("button", { name: /^Pay/ }).last().click();

  await expect(balance(page)).toHaveText("$100.00");
  const topUpId = new URL(page.url()).searchParams.get("intent");
  const response = await page.request.get(`/api/v1/billing/topups/${topUpId}`, {
    headers: { authorization: `Bearer ${member.key}` },
  });
  expect(await response.json()).toMatchObject({
    amount_usd: "100.00",
    tax_usd: "19.00",
    total_usd: "119.00",
  });
});

test("a card saved with a top-up is listed", async ({ page, member }) => {
  await signIn(page, member);
  await page.getByLabel("Save card for future top-ups").check();
  await continueToCheckout(page, "$25");
  await fillCard(page);

  await page.getByRole("button", { name: /^Pay/ }).last().click();

  await expect(balance(page)).toHaveText("$25.00");
  await expect(page.getByRole("region", { name: "Saved cards" })).toContainText("4242");
});

test("the page shows an error while Stripe is unavailable, and the same attempt works afterwards", async ({
  page,
  member,
}) => {
  await signIn(page, member);
  await breakConnections({ path: "/v1/*" });
  await page.getByRole("button", { name: "Continue to checkout" }).click();
  await expect(page.getByRole("alert").first()).toContainText("temporarily unavailable");

  await restoreSandbox();
  await continueToCheckout(page, "$25");
});
