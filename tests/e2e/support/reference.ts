import type { Locator, Page } from "@playwright/test";
import { ROUTES } from "@/lib/http";
import { expect } from "./journey";

/** Opens the API reference and waits until it is drawn. */
export async function openReference(page: Page, hash = ""): Promise<void> {
  await page.goto(`/docs/api${hash}`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}

/**
 * Opens the API reference with every call drawn. Scalar draws a call when a reader comes within some screens of it; here
 * everything counts as near, because to scroll through them all takes many times as long.
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

/** All about one call. */
export function callSection(page: Page, operationId: string): Locator {
  return page.locator(`section[id$="/${operationId}"]`);
}

/** The card with the samples of one call. */
export function sampleCard(page: Page, operationId: string): Locator {
  return callSection(page, operationId).getByRole("group", { name: /^Request Example/ });
}

/** What the samples show and what their buttons copy, by call. */
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

/** Chooses the language of all samples in the menu of one of them. */
export async function chooseLanguage(page: Page, operationId: string, language: string): Promise<void> {
  const card = sampleCard(page, operationId);
  await card.getByRole("button", { name: /^Change code sample language/ }).click();
  await page.getByRole("option", { name: language }).click();
  await expect(card.getByRole("button", { name: `Change code sample language: ${language}` })).toBeVisible();
}
