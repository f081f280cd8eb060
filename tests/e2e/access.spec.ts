import { demo } from "./support/demo";
import { balance, expect, signIn, signInByForm, test } from "./support/journey";

test("nobody sees the page without signing in, and a wrong password is told", async ({ page, member }) => {
  await page.goto("/billing");
  await expect(page).toHaveURL(/\/sign-in/);

  await page.getByLabel("E-mail").fill(member.email);
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();

  await expect(page.getByRole("alert").first()).toBeVisible();
  await expect(page).toHaveURL(/\/sign-in/);
});

test("the demo's own user signs in with what the demo prints", async ({ page }) => {
  await signInByForm(page, { email: demo().userEmail, password: demo().userPassword });

  await expect(page.getByText("Acme AI").first()).toBeVisible();
});

test("a member sees its own customer only", async ({ page, member }) => {
  await signIn(page, member);

  const response = await page.goto(`/billing?customer=${demo().otherCustomerId}`);

  expect(response?.status()).toBe(404);
  await expect(balance(page)).toHaveCount(0);
});

test("signing out ends the session: a copy of its cookie opens no page", async ({
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

test("a foreign top-up in the address is told apart from nothing", async ({ page, member }) => {
  await signIn(page, member);

  await page.goto("/billing?topup=success&intent=topup_01m81xgxrcexrs47sfmrsawft1");

  await expect(page.getByRole("status")).toContainText("We know nothing of this top-up");
  await expect(balance(page)).toHaveText("$0.00");
});
