import { Brim } from "@/lib/client";
import { expectAccessible, nameOf, VARIANTS } from "./support/appearance";
import { demo } from "./support/demo";
import { continueToCheckout, expect, fillCard, signIn, test } from "./support/journey";

// The API reference has the same tests in its own file, where its page is already open.
for (const variant of VARIANTS) {
  const { width, colorScheme } = variant;
  test.describe(nameOf(variant), () => {
    test.use({ viewport: { width, height: 800 }, colorScheme, reducedMotion: "reduce" });

    test("every page is accessible and does not overflow", async ({ page, member }) => {
      await page.goto("/sign-in");
      await expectAccessible(page);

      await signIn(page, member);
      await expectAccessible(page);

      await page.getByLabel("Save card for future top-ups").check();
      await continueToCheckout(page, "$25");
      await expectAccessible(page);

      await fillCard(page);
      await page.getByRole("button", { name: /^Pay/ }).last().click();
      await expect(page.getByRole("status")).toContainText("added to your balance");
      await expectAccessible(page);

      await page.goto("/billing?topup=cancelled");
      await expectAccessible(page);
    });

    test("the billing link page is accessible and does not overflow, whether or not the link is used", async ({
      page,
      member,
      browser,
    }) => {
      const operator = new Brim({ baseUrl: demo().appUrl, apiKey: demo().operatorApiKey });
      const { url } = await operator.createBillingLink({ customer_id: member.customerId });
      // A signed-in user must confirm. A signed-out visitor is redirected immediately.
      await signIn(page, member);
      await page.goto(url);
      await expect(page.getByRole("button", { name: "Continue to billing" })).toBeVisible();
      await expectAccessible(page);

      await page.getByRole("button", { name: "Continue to billing" }).click();
      await expect(page).toHaveURL(`${demo().appUrl}/billing`);
      await page.goto(url);
      await expect(page.getByRole("heading", { name: "This link has already been used" })).toBeVisible();
      await expectAccessible(page);

      const signedOut = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      await signedOut.goto(`${demo().appUrl}/billing-link?customer=${member.customerId}&token=invalid`);
      await expect(signedOut.getByRole("heading", { name: "This link is no longer valid" })).toBeVisible();
      await expectAccessible(signedOut);
      await signedOut.close();
    });

    test("the quick start is accessible and does not overflow", async ({ page }) => {
      await page.goto("/docs/quick-start");
      await expectAccessible(page);
    });
  });
}
