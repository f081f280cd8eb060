import { Brim } from "@/lib/client";
import { expectFit, nameOf, VARIANTS } from "./support/appearance";
import { demo } from "./support/demo";
import { continueToCheckout, expect, fillCard, signIn, test } from "./support/journey";

// The API reference has the same tests in its own file, where its page is drawn already.
for (const variant of VARIANTS) {
  const { width, colorScheme } = variant;
  test.describe(nameOf(variant), () => {
    test.use({ viewport: { width, height: 800 }, colorScheme, reducedMotion: "reduce" });

    test("every page is without findings and fits", async ({ page, member }) => {
      await page.goto("/sign-in");
      await expectFit(page);

      await signIn(page, member);
      await expectFit(page);

      await page.getByLabel("Save card for future top-ups").check();
      await continueToCheckout(page, "$25");
      await expectFit(page);

      await fillCard(page);
      await page.getByRole("button", { name: /^Pay/ }).last().click();
      await expect(page.getByRole("status")).toContainText("added to your balance");
      await expectFit(page);

      await page.goto("/billing?topup=cancelled");
      await expectFit(page);
    });

    test("a billing link is without findings and fits, also one that is used up", async ({
      page,
      member,
      browser,
    }) => {
      const operator = new Brim({ baseUrl: demo().appUrl, apiKey: demo().operatorApiKey });
      const { url } = await operator.createBillingLink({ customer_id: member.customerId });
      // Somebody who is signed in is asked first; a stranger is led on at once.
      await signIn(page, member);
      await page.goto(url);
      await expect(page.getByRole("button", { name: "Continue to billing" })).toBeVisible();
      await expectFit(page);

      await page.getByRole("button", { name: "Continue to billing" }).click();
      await expect(page).toHaveURL(`${demo().appUrl}/billing`);
      await page.goto(url);
      await expect(page.getByRole("heading", { name: "This link was used already" })).toBeVisible();
      await expectFit(page);

      const stranger = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      await stranger.goto(`${demo().appUrl}/billing-link?customer=${member.customerId}&token=over`);
      await expect(stranger.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
      await expectFit(stranger);
      await stranger.close();
    });

    test("the quick start is without findings and fits", async ({ page }) => {
      await page.goto("/docs/quick-start");
      await expectFit(page);
    });
  });
}
