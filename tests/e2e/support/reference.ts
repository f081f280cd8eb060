import type { Locator, Page } from "@playwright/test";
import { ROUTES } from "@/lib/http";
import { expect } from "./journey";

/** Opens the API reference and waits until it is rendered. */
export async function openReference(page: Page, hash = ""): Promise<void> {
  await page.goto(`/docs/api${hash}`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}

/**
 * Opens the API reference with every operation rendered. Scalar renders an operation when it comes near the viewport. This
 * makes everything count as near, because scrolling through them takes many times as long.
 */
export async function openWholeReference(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.IntersectionObserver = class extends IntersectionObserver {
      constructor(onChange: IntersectionObserverCallback, options?: IntersectionObserverInit) {
        const looksAhead = /^[1-9]/.test(options?.rootMargin ?? "");
        super(onChange, looksAhead ? { ...options, rootMargin: "1000000px 0px" } : options);
      }
    };
  });
  await openReference(page);
  for (const { operationId } of ROUTES) {
    await expect(callSection(page, operationId).locator("h3")).toBeAttached();
  }
}

/** The section of one operation. */
export function callSection(page: Page, operationId: string): Locator {
  return page.locator(`section[id$="/${operationId}"]`);
}

/** The card with the samples of one operation. */
export function sampleCard(page: Page, operationId: string): Locator {
  return callSection(page, operationId).getByRole("group", { name: /^Request Example/ });
}

/** Returns what each sample shows and what its button copies, by operation. */
export function copySamples(
  page: Page,
  operationIds: string[],
): Promise<Record<string, { shown: string | undefined; copied: string }>> {
  return page.evaluate(async (ids) => {
    const samples: Awaited<ReturnType<typeof copySamples>> = {};
    for (const id of ids) {
      const card = document.querySelector(`section[id$="/${id}"] .request-card`);
      await navigator.clipboard.writeText("");
      card?.querySelector<HTMLButtonElement>("button[aria-label^=Copy]")?.click();
      let copied = "";
      for (let tries = 0; copied === "" && tries < 1_000; tries++) {
        copied = await navigator.clipboard.readText();
      }
      samples[id] = { shown: card?.querySelector("pre")?.textContent, copied };
    }
    return samples;
  }, operationIds);
}

/** Selects the language of all samples in the menu of one of them. */
export async function chooseLanguage(page: Page, operationId: string, language: string): Promise<void> {
  const card = sampleCard(page, operationId);
  await card.getByRole("button", { name: /^Change code sample language/ }).click();
  await page.getByRole("option", { name: language }).click();
  await expect(card.getByRole("button", { name: `Change code sample language: ${language}` })).toBeVisible();
}
