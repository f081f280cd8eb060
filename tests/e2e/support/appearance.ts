import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { atDepth } from "@/tests/support/depth";
import { expect } from "./journey";

/** A viewport and color scheme that pages are tested with. */
export interface Variant {
  width: number;
  colorScheme: "light" | "dark";
}

/** The last two cover every width and every color scheme. */
const ALL_VARIANTS: Variant[] = [
  { width: 1280, colorScheme: "dark" },
  { width: 375, colorScheme: "light" },
  { width: 375, colorScheme: "dark" },
  { width: 1280, colorScheme: "light" },
];

export const VARIANTS = ALL_VARIANTS.slice(-atDepth({ ci: 2, deep: 4 }));

export function nameOf({ width, colorScheme }: Variant): string {
  return `at ${width} px, ${colorScheme}`;
}

/** Switches an open page to another variant. */
export async function show(page: Page, { width, colorScheme }: Variant): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height: 800 });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Returns axe's violations on the page, or on a part of it. */
async function axeViolations(page: Page, part?: string): Promise<string[]> {
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
    // Only violations: describing passes takes longer than finding them on a large page.
    const { violations } = await axe.run(part ?? document, { resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  }, part);
}

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Expects no axe violations on the page, or on a part of it, and no horizontal overflow. */
export async function expectAccessible(page: Page, part?: string): Promise<void> {
  expect(await axeViolations(page, part)).toEqual([]);
  expect(await overflow(page)).toBe(0);
}

/** Expects the same of an open page in every variant, or in some of them. */
export async function expectAccessibleEverywhere(
  page: Page,
  name: string,
  variants: readonly Variant[] = VARIANTS,
): Promise<void> {
  for (const variant of variants) {
    await show(page, variant);
    await expectAccessible(page);
    const { BRIM_E2E_SCREENSHOTS: folder } = process.env;
    if (folder) {
      const path = `${folder}/${name}-${variant.width}-${variant.colorScheme}.png`;
      await page.screenshot({ path, fullPage: true });
    }
  }
}
