import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Locator, Page } from "@playwright/test";
import { Brim } from "@/lib/client";
import { demo } from "./support/demo";
import { continueToCheckout, expect, fillCard, signIn, test } from "./support/journey";
import { callSection, openReference, readThrough } from "./support/reference";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The findings of axe on the page as it stands, or on a part of it, in words. */
async function findings(page: Page, part?: string): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async (part) => {
    const { axe } = window as unknown as {
      axe: {
        run(
          part: string | Document,
          options: { resultTypes: ["violations"] },
        ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
      };
    };
    // What is in order is not described, which takes longer than to find it on a large page.
    const { violations } = await axe.run(part ?? document, { resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  }, part);
}

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function expectFit(page: Page, part?: string): Promise<void> {
  expect(await findings(page, part)).toEqual([]);
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
        await expect(
          stranger.getByRole("heading", { name: "This link does not work any more" }),
        ).toBeVisible();
        await expectFit(stranger);
        await stranger.close();
      });

      test("the quick start is without findings and fits", async ({ page }) => {
        await page.goto("/docs/quick-start");
        await expectFit(page);
      });

      test("the API reference is without findings and fits", async ({ page }) => {
        test.setTimeout(420_000); // the largest page by far
        await openReference(page);
        await readThrough(page);
        await expectFit(page);

        // What opens, in one call that has of everything.
        const call = callSection(page, "listTopUps");
        await call.scrollIntoViewIfNeeded();
        await unfold(call);
        await expectFit(page, "section[id$='/listTopUps']");
        await call.getByRole("button", { name: "Auth Required" }).click();
        await expectFit(page, "[role=dialog]");
        await page.keyboard.press("Escape");
        await page.keyboard.press("Control+k");
        await page.keyboard.type("balance");
        await expect(page.getByRole("option").first()).toBeVisible();
        await expectFit(page, "[role=dialog]");
        await page.keyboard.press("Escape");
        const menu = page.getByRole("button", { name: "Open Menu" });
        if (await menu.isVisible()) await menu.click();
        await expectFit(page, "aside");
      });
    });
  }
}

/** Opens all that is folded away in a part of a page, and what appears thereby; each once, because some close others. */
async function unfold(part: Locator): Promise<void> {
  await part.evaluate(async (element) => {
    const opened = new Set<Element>();
    const folded = () =>
      [...element.querySelectorAll<HTMLElement>("button[aria-expanded=false]:not([aria-haspopup])")].filter(
        (button) => !button.id.includes("popover") && !opened.has(button),
      );
    for (let buttons = folded(); buttons.length > 0; buttons = folded()) {
      for (const button of buttons) {
        opened.add(button);
        button.click();
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
}
