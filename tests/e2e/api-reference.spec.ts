import type { Locator, Page, Response } from "@playwright/test";
import { type OpenApiDocument, type ParameterPart, ROUTES, type SchemaPart } from "@/lib/http";
import { atDepth } from "@/tests/support/depth";
import { expectAccessible, nameOf, show, VARIANTS } from "./support/appearance";
import { demo } from "./support/demo";
import { expect, signIn, test } from "./support/journey";
import {
  callSection,
  chooseLanguage,
  copySamples,
  openReference,
  openWholeReference,
  sampleCard,
} from "./support/reference";

const LANGUAGES = ["curl", "TypeScript", "Python"];

/** In every test, the page makes no third-party requests and violates no Content-Security-Policy. */
let thirdParty: string[] = [];
let problems: string[] = [];

function watch(page: Page): void {
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== demo().appUrl) thirdParty.push(request.url());
  });
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
}

test.beforeEach(({ page }) => watch(page));

test.afterEach(() => {
  const seen = { thirdParty, problems };
  thirdParty = [];
  problems = [];
  expect(seen).toEqual({ thirdParty: [], problems: [] });
});

/** These tests share one page, because rendering it takes long. */
test.describe("with every operation rendered", () => {
  let page: Page;
  let document: OpenApiDocument;

  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage({
      baseURL: demo().appUrl,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    watch(page);
    document = await (await page.request.get("/api/v1/openapi.json")).json();
    await openWholeReference(page);
  });
  test.afterAll(() => page.close());

  test("the reference shows the document's description of every operation", async () => {
    const shown = await page.evaluate(() =>
      Object.fromEntries(
        [...window.document.querySelectorAll("section")].map(({ id, textContent }) => [
          id.split("/").at(-1),
          textContent,
        ]),
      ),
    );

    for (const { operationId, path } of ROUTES) {
      const text = plain(shown[operationId] ?? "");
      const expected = [path, ...textsOf(document, operationId)];
      expect(expected.filter((expectedText) => !text.includes(plain(expectedText)))).toEqual([]);
    }
    await expect(page.getByRole("heading", { level: 3 })).toHaveCount(operationsOf(document).length);
  });

  // Axe takes long for the whole page. By default it checks one operation, the dialogs and the menus: see below.
  for (const variant of atDepth({ ci: [], deep: VARIANTS })) {
    test(`the whole reference is accessible and does not overflow ${nameOf(variant)}`, async () => {
      await show(page, variant);
      await expectAccessible(page);
    });
  }

  // Last, because a copy button shows "Copied" for a while after a click.
  for (const language of LANGUAGES) {
    test(`every operation shows and copies its ${language} sample exactly`, async () => {
      const all = samplesIn(document, language);
      expect(all.length).toBeGreaterThan(20);
      const samples = atDepth({ ci: all.filter((_, index) => index % 8 === 0), deep: all });
      await chooseLanguage(page, "createCharge", language);

      const copied = await copySamples(
        page,
        samples.map(({ operationId }) => operationId),
      );

      // The displayed sample ends with a newline.
      expect(copied).toEqual(
        Object.fromEntries(
          samples.map(({ operationId, source }) => [operationId, { shown: `${source}\n`, copied: source }]),
        ),
      );
    });
  }
});

for (const variant of VARIANTS) {
  test(`the reference, its dialogs and menus are accessible and do not overflow ${nameOf(variant)}`, async ({
    page,
  }) => {
    await show(page, variant);
    await openReference(page, "#tag/billing/listTopUps"); // an operation with every kind of element
    const call = callSection(page, "listTopUps");
    await expect(call.getByRole("heading", { level: 3 })).toBeInViewport();
    await unfold(call);
    await expectAccessible(page, 'section[id$="/listTopUps"]');

    await call.getByRole("button", { name: "Auth Required" }).click();
    await expectAccessible(page, "[role=dialog]");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("balance");
    await expect(page.getByRole("option").first()).toBeVisible();
    await expectAccessible(page, "[role=dialog]");
    await page.keyboard.press("Escape");
    const menu = page.getByRole("button", { name: "Open Menu" });
    if (await menu.isVisible()) await menu.click();
    await expectAccessible(page, "aside");
  });
}

test("the selected language is remembered in the reference and the quick start", async ({ page }) => {
  await openReference(page, "#tag/usage/createCharge");
  await chooseLanguage(page, "createCharge", "TypeScript");

  await openReference(page, "#tag/usage/createHold");
  await expect(sampleCard(page, "createHold").locator("pre")).toContainText("await brim.createHold({");

  await page.goto("/docs/quick-start");
  await expect(page.locator("#customer pre").first()).toContainText("await brim.createCustomer({");
  await page.locator("#customer").getByRole("button", { name: "Python" }).click();

  await openReference(page, "#tag/usage/createHold");
  await expect(sampleCard(page, "createHold").locator("pre")).toContainText("requests.post(");
});

test("every operation has its own link, and search finds operations by text and field, using only the keyboard", async ({
  page,
}) => {
  await openReference(page, "#tag/admin/createCustomer");
  await expect(callSection(page, "createCustomer").getByRole("heading", { level: 3 })).toBeInViewport();
  const links = await page
    .getByRole("complementary")
    .getByRole("link")
    .evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.textContent]));
  const titles = Object.fromEntries(links);
  for (const { operationId, tag, summary } of ROUTES) {
    expect(titles[`#tag/${tag.toLowerCase()}/${operationId}`]).toContain(summary);
  }

  const found = page.getByRole("dialog").getByRole("option");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("expires_in_seconds");
  await expect(found).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(callSection(page, "createHold").getByRole("heading", { level: 3 })).toBeInViewport();

  await page.getByRole("button", { name: "Search" }).click();
  await page.keyboard.type("capture");
  await expect(found.first()).toContainText("/api/v1/usage/holds/{hold_id}/capture");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("qqqqzzzz");
  await expect(found).toHaveCount(0);
  await expect(page.getByRole("dialog")).toContainText("No results found");
});

test("without JavaScript the page links to the quick start and the OpenAPI document", async ({ browser }) => {
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(`${demo().appUrl}/docs/api`);

  await expect(page.getByText("The API reference needs JavaScript.")).toBeVisible();
  await expect(page.getByText("Loading")).toBeHidden();
  await expect(page.getByRole("link", { name: "openapi.json" })).toHaveAttribute(
    "href",
    "/api/v1/openapi.json",
  );
  await page.getByRole("link", { name: "quick start", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Quick start" })).toBeVisible();
  await page.close();
});

test("a reference that fails to load shows an error", async ({ page }) => {
  await page.route("**/api-reference/**", (route) => route.abort());
  await page.goto("/docs/api");

  await expect(page.getByRole("alert").getByRole("link", { name: "openapi.json" })).toBeVisible();
  problems = []; // the request that this test aborted
});

test("no other page loads the renderer, and all pages have the same Content-Security-Policy", async ({
  page,
  member,
}) => {
  const fromReference = await responsesDuring(page, () => openReference(page));
  const fromOthers = await responsesDuring(page, async () => {
    await page.goto("/docs/quick-start");
    await page.waitForLoadState("networkidle"); // the only way to wait for the absence of a request
    await signIn(page, member);
    await page.waitForLoadState("networkidle");
  });

  const isRenderer = (response: Response) => new URL(response.url()).pathname.startsWith("/api-reference/");
  expect(fromReference.filter(isRenderer).length).toBeGreaterThan(0);
  expect(fromOthers.filter(isRenderer)).toEqual([]);
  const policies = [fromReference, fromOthers].map(([page]) => page?.headers()["content-security-policy"]);
  expect(policies[0]).toBe(policies[1]);
  expect(policies[0]).not.toContain("unsafe-eval");
});

function operationsOf(document: OpenApiDocument) {
  return Object.values(document.paths).flatMap((methods) => Object.values(methods));
}

function samplesIn(document: OpenApiDocument, language: string) {
  return operationsOf(document).flatMap(({ operationId, "x-codeSamples": samples }) =>
    samples.filter(({ label }) => label === language).map(({ source }) => ({ operationId, source })),
  );
}

/** Returns the document's texts about an operation, its parameters and its body, by paragraph. */
function textsOf({ paths, components }: OpenApiDocument, operationId: string): string[] {
  const operation = operationsOf({ paths } as OpenApiDocument).find(
    (call) => call.operationId === operationId,
  );
  const { summary, description, parameters = [], requestBody } = operation ?? {};
  const resolvedParameters = parameters.map((one) => resolve<ParameterPart>(one, components.parameters));
  const body = resolve<SchemaPart>(
    requestBody?.content["application/json"]?.schema ?? {},
    components.schemas,
  );
  const fields = Object.entries(body.properties ?? {}).flatMap(([name, field]) => [name, field.description]);
  const parameterTexts = resolvedParameters.flatMap((parameter) => [parameter.name, parameter.description]);
  return [summary, description, ...parameterTexts, ...fields]
    .filter((text) => text !== undefined)
    .flatMap((text) => text.split("\n\n"));
}

function resolve<Part extends object>(part: Part | { $ref?: string }, named: Record<string, Part>): Part {
  const name = "$ref" in part ? String(part.$ref).split("/").at(-1) : undefined;
  return (name === undefined ? part : named[name]) as Part;
}

/** Removes Markdown markup, which the page renders as elements. */
function plain(text: string): string {
  return text.replace(/[`*]/g, "").replace(/\s+/g, " ").trim();
}

/** Returns the responses that a page receives during an action. */
async function responsesDuring(page: Page, action: () => Promise<unknown>): Promise<Response[]> {
  const responses: Response[] = [];
  const listen = (response: Response) => void responses.push(response);
  page.on("response", listen);
  await action();
  page.off("response", listen);
  return responses;
}

/** Expands every collapsed element, including nested ones. Clicks each once, because some collapse others. */
async function unfold(part: Locator): Promise<void> {
  await part.evaluate(async (element) => {
    const opened = new Set<Element>();
    const collapsed = () =>
      [...element.querySelectorAll<HTMLElement>("button[aria-expanded=false]:not([aria-haspopup])")].filter(
        (button) => !button.id.includes("popover") && !opened.has(button),
      );
    for (let buttons = collapsed(); buttons.length > 0; buttons = collapsed()) {
      for (const button of buttons) {
        opened.add(button);
        button.click();
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
}
