import type { APIRequestContext } from "@playwright/test";
import { demo } from "./support/demo";
import { balance, expect, type Member, signIn, test } from "./support/journey";

/** Creates a billing link, as the operator's product does. */
async function createLink(request: APIRequestContext, member: Member, email?: string): Promise<string> {
  const response = await request.post(
    `${demo().appUrl}/api/v1/admin/customers/${member.customerId}/billing-link`,
    {
      headers: { authorization: `Bearer ${demo().operatorApiKey}` },
      data: email === undefined ? {} : { email },
    },
  );
  expect(response.status()).toBe(200);
  return ((await response.json()) as { url: string }).url;
}

test("a billing link opens the billing page without sign-up, and works once", async ({
  page,
  member,
  request,
  browser,
}) => {
  const url = await createLink(request, member, `new-${member.email}`);
  const preview = await request.get(url);
  expect(preview.status()).toBe(200);
  expect(preview.headers()).toMatchObject({
    "referrer-policy": "no-referrer",
    "cache-control": expect.stringContaining("no-store"),
  });

  await page.goto(url);

  await expect(balance(page)).toHaveText("$0.00");
  await expect(page).toHaveURL(`${demo().appUrl}/billing`);
  await expect(page.getByText(`new-${member.email}`).first()).toBeVisible();
  await page.getByRole("radio", { name: "$25", exact: true }).check();
  await page.getByRole("button", { name: "Continue to checkout" }).click();
  await expect(page.getByLabel("Card number")).toBeVisible();

  const signedOut = await (await browser.newContext()).newPage();
  await signedOut.goto(url);
  await expect(signedOut.getByRole("heading", { name: "This link has already been used" })).toBeVisible();
  await signedOut.getByRole("link", { name: "Sign in instead" }).click();
  await expect(signedOut).toHaveURL(/\/sign-in/);
  await signedOut.context().close();
});

test("a billing link asks before it replaces an existing session", async ({ page, member, request }) => {
  await signIn(page, { email: demo().userEmail, password: demo().userPassword });
  const url = await createLink(request, member);

  await page.goto(url);
  await expect(page.getByText(`You are signed in as ${demo().userEmail}`)).toBeVisible();
  await page.getByRole("button", { name: "Continue to billing" }).click();

  await expect(page.getByText(member.email).first()).toBeVisible();
  const foreign = await page.goto(`/billing?customer=${demo().customerId}`);
  expect(foreign?.status()).toBe(404);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a billing link opens with a click on its button", async ({ page, member, request }) => {
    await page.goto(await createLink(request, member));
    await page.getByRole("button", { name: "Continue to billing" }).click();

    await expect(page).toHaveURL(`${demo().appUrl}/billing`);
    await expect(balance(page)).toHaveText("$0.00");
  });
});

test("an invalid billing link says what to do", async ({ page, member }) => {
  await page.goto(`/billing-link?customer=${member.customerId}&token=guessed`);

  await expect(page.getByRole("status")).toContainText(
    "go back to the page you came from and open billing again",
  );
});
