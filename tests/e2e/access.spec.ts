import { demo } from "./support/demo";
import { balance, expect, signIn, signInByForm, test } from "./support/journey";

test("the billing page requires sign-in, and a wrong password shows an error", async ({ page, member }) => {
  await page.goto("/billing");
  await expect(page).toHaveURL(/\/sign-in/);

  await page.getByLabel("Email", { exact: true }).fill(member.email);
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();

  await expect(page.getByRole("alert").first()).toContainText("Incorrect email or password");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("the demo user can sign in with the printed password", async ({ page }) => {
  await signInByForm(page, { email: demo().userEmail, password: demo().userPassword });

  await expect(page.getByText("Acme AI").first()).toBeVisible();
});

test("a member cannot see another customer's billing page", async ({ page, member }) => {
  await signIn(page, member);

  const response = await page.goto(`/billing?customer=${demo().otherCustomerId}`);

  expect(response?.status()).toBe(404);
  await expect(balance(page)).toHaveCount(0);
});

test("signing out ends the session, so a copied cookie no longer works", async ({
  page,
  member,
  context,
}) => {
  await signIn(page, member);
  const copied = await context.cookies();

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await context.addCookies(copied);
  await page.goto("/billing");

  await expect(page).toHaveURL(/\/sign-in/);
});

test("an unknown top-up id in the URL shows a notice", async ({ page, member }) => {
  await signIn(page, member);

  await page.goto("/billing?topup=success&intent=topup_01m81xgxrcexrs47sfmrsawft1");

  await expect(page.getByRole("status")).toContainText("We could not find this top-up");
  await expect(balance(page)).toHaveText("$0.00");
});
