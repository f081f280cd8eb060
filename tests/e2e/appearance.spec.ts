import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { continueToCheckout, expect, fillCard, signIn, test } from "./support/journey";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The findings of axe on the page as it stands, in words. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  });
}

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function expectFit(page: Page): Promise<void> {
  expect(await findings(page)).toEqual([]);
  expect(await overflow(page)).toBe(0);
}

for (const width of [375, 1280]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`at ${width} px, ${colorScheme}`, () => {
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

      test("the pages for developers are without findings and fit", async ({ page }) => {
        await page.goto("/docs/quick-start");
        await expectFit(page);

        await page.goto("/docs/api");
        await expectFit(page);
        // What is folded away must be fine too.
        await page.evaluate(() => {
          for (const fold of document.querySelectorAll("details")) fold.open = true;
        });
        await expectFit(page);
      });
    });
  }
}
