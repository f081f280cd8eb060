import type { Locator, Page } from "@playwright/test";
import { ROUTES } from "@/lib/http";
import { expect } from "./journey";

/** Opens the API reference and waits until it is drawn. */
export async function openReference(page: Page, hash = ""): Promise<void> {
  await page.goto(`/docs/api${hash}`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible({ timeout: 30_000 });
}

/** All about one call. */
export function callSection(page: Page, operationId: string): Locator {
  return page.locator(`section[id$="/${operationId}"]`);
}

/** The card with the samples of one call. */
export function sampleCard(page: Page, operationId: string): Locator {
  return callSection(page, operationId).getByRole("group", { name: /^Request Example/ });
}

/**
 * Goes through the whole reference: a call is drawn when a reader comes near it, and stays. In one step, because the trace
 * keeps the page as it was at each, and this page is large.
 */
export async function readThrough(page: Page): Promise<void> {
  await page.evaluate(
    async (ids) => {
      for (const id of ids) {
        while (!document.querySelector(`section[id$="/${id}"] h3`)) {
          // Until it is drawn, an empty place stands where it will be.
          document.querySelector(`[id$="/${id}"]`)?.scrollIntoView();
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    },
    ROUTES.map((route) => route.operationId),
  );
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
      for (let tries = 0; copied === "" && tries < 100; tries++) {
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
