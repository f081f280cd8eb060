import type { Page, Response } from "@playwright/test";
import { ROUTES } from "@/lib/http";
import { demo } from "./support/demo";
import { expect, signIn, test } from "./support/journey";

test("the reference shows every call with its samples, and asks nobody but us", async ({ page }) => {
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== demo().appUrl) foreign.push(request.url());
  });
  const problems: string[] = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));

  await page.goto("/docs/api");

  for (const route of ROUTES) {
    const section = page.locator(`#${route.operationId}`);
    await expect(section.getByRole("heading", { level: 3 })).toHaveText(route.summary);
    await expect(section.getByText(route.path, { exact: true })).toBeVisible();
  }
  expect(foreign).toEqual([]);
  expect(problems).toEqual([]);
});

test("a sample is shown in three languages, for the whole page, and can be copied", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/docs/api");
  const charge = page.locator("#createCharge");
  const sample = charge.locator("pre").first();

  await expect(sample).toContainText(`curl ${demo().appUrl}/api/v1/usage/charges`);
  await charge.getByRole("button", { name: "Python" }).click();
  await expect(sample).toContainText("requests.post(");
  await expect(page.locator("#createHold pre").first()).toContainText("requests.post(");
  await charge.getByRole("button", { name: "TypeScript" }).click();
  await expect(sample).toContainText("await brim.createCharge({");

  await charge.getByRole("button", { name: /^Copy Charge a balance/ }).click();
  await expect(charge.getByText("Copied")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await sample.textContent());
});

test("the chosen language is remembered, here and on the quick start", async ({ page }) => {
  await page.goto("/docs/api");
  await page.locator("#createCharge").getByRole("button", { name: "TypeScript" }).click();

  await page.reload();
  await expect(page.locator("#createHold pre").first()).toContainText("await brim.createHold({");

  await page.goto("/docs/quick-start");
  await expect(page.locator("#customer pre").first()).toContainText("await brim.createCustomer({");
});

test("without JavaScript every call, field and sample can be read", async ({ browser, request }) => {
  const document = await (await request.get(`${demo().appUrl}/api/v1/openapi.json`)).json();
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(`${demo().appUrl}/docs/api`);
  const text = plain((await page.locator("main").textContent()) ?? "");

  const texts = textsOf(document);
  const missing = texts.filter((words) => !text.includes(plain(words)));
  const samples = await page.getByText("answer.raise_for_status()").all();

  expect(texts.length).toBeGreaterThan(Object.keys(document.paths).length);
  expect(missing).toEqual([]);
  expect(samples).toHaveLength(samplesOf(document, "Python").length);
  for (const sample of samples) await expect(sample).toBeVisible();
  await expect(page.getByRole("button", { name: "Python" })).toHaveCount(0);
  await page.close();
});

test("a search finds calls by words, fields and statuses", async ({ page }) => {
  await page.goto("/docs/api");
  const calls = page.getByRole("navigation", { name: "Calls" }).getByRole("link");
  await expect(calls).toHaveCount(ROUTES.length);

  await page.getByLabel("Search").fill("expires_in_seconds");
  await expect(calls).toHaveCount(1);
  await expect(page.getByRole("status")).toHaveText("1 call");
  await calls.first().click();
  await expect(page.locator("#createHold")).toBeInViewport();

  await page.getByLabel("Search").fill("402 captureHold");
  await expect(calls).toHaveCount(1);
  await page.getByLabel("Search").fill("no such thing");
  await expect(calls).toHaveCount(0);
});

test("the document that programs read is the one that the page is made of", async ({ page, request }) => {
  const answer = await request.get("/api/v1/openapi.json");
  expect(answer.status()).toBe(200);
  const document = await answer.json();

  await page.goto("/docs/api");

  const shown = await page.getByRole("heading", { level: 3 }).count();
  const described = Object.values(document.paths as Record<string, object>).flatMap(Object.keys);
  expect(shown).toBe(described.length);
});

test("the billing page loads none of the scripts of these pages", async ({ page, member }) => {
  const ofDocs = await scriptsOf(page, () => page.goto("/docs/api"));
  const ofBilling = await scriptsOf(page, () => signIn(page, member));

  const words = "Language of the samples";
  expect(ofDocs.filter((script) => script.includes(words)).length).toBeGreaterThan(0);
  expect(ofBilling.filter((script) => script.includes(words))).toEqual([]);
});

/** Without the marks of Markdown, which the page turns into elements. */
function plain(words: string): string {
  return words.replace(/[`*]/g, "").replace(/\s+/g, " ").trim();
}

interface Described {
  operationId?: string;
  summary?: string;
  description?: string;
  properties?: Record<string, { description?: string; enum?: unknown[] }>;
}

/** What the document says of its calls and of their fields, paragraph by paragraph, and every value that is allowed. */
function textsOf(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  const { operationId, summary, description, properties = {} } = part as Described;
  const call = operationId === undefined ? [] : [summary, ...(description?.split("\n\n") ?? [])];
  const fields = Object.values(properties).flatMap((field) => [field.description, ...(field.enum ?? [])]);
  const texts = [...call, ...fields].filter((text) => typeof text === "string");
  return [...texts, ...Object.values(part).flatMap(textsOf)];
}

function samplesOf(document: { paths: Record<string, Record<string, object>> }, label: string) {
  return Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap((operation) => (operation as { "x-codeSamples"?: { label: string }[] })["x-codeSamples"] ?? [])
    .filter((sample) => sample.label === label);
}

/** The scripts that a page loads, as text. */
async function scriptsOf(page: Page, visit: () => Promise<unknown>): Promise<string[]> {
  const scripts: Promise<string>[] = [];
  const listen = (response: Response) => {
    if (response.request().resourceType() === "script") scripts.push(response.text());
  };
  page.on("response", listen);
  await visit();
  await page.waitForLoadState("networkidle");
  page.off("response", listen);
  return Promise.all(scripts);
}
