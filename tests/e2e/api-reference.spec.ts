import type { Locator, Page, Response } from "@playwright/test";
import { type OpenApiDocument, type ParameterPart, ROUTES, type SchemaPart } from "@/lib/http";
import { atDepth } from "@/tests/support/depth";
import { expectFit, nameOf, show, VARIANTS } from "./support/appearance";
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

/** Whatever a test does with the page, nobody else is asked, and the policy of the page forbids nothing that it tries. */
let foreign: string[] = [];
let problems: string[] = [];

function watch(page: Page): void {
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== demo().appUrl) foreign.push(request.url());
  });
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
}

test.beforeEach(({ page }) => watch(page));

test.afterEach(() => {
  const seen = { foreign, problems };
  foreign = [];
  problems = [];
  expect(seen).toEqual({ foreign: [], problems: [] });
});

/** The tests in here only read one page, which takes long to draw. */
test.describe("with every call drawn", () => {
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

  test("the reference shows what the document says of every call", async () => {
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
      const said = [path, ...wordsOf(document, operationId)];
      expect(said.filter((words) => !text.includes(plain(words)))).toEqual([]);
    }
    await expect(page.getByRole("heading", { level: 3 })).toHaveCount(operationsOf(document).length);
  });

  // Axe takes most of a minute for all of it. On other screens the default depth leaves it at the calls that a reader meets.
  for (const variant of atDepth({ ci: VARIANTS.slice(-1), deep: VARIANTS })) {
    test(`the whole reference is without findings and fits ${nameOf(variant)}`, async () => {
      await show(page, variant);
      await expectFit(page);
    });
  }

  // Last: a button that was used says so for a while, under the name that it had before.
  for (const language of LANGUAGES) {
    test(`each call has its sample in ${language}, and copies exactly what it shows`, async () => {
      const samples = samplesIn(document, language);
      expect(samples.length).toBeGreaterThan(20);
      await chooseLanguage(page, "createCharge", language);

      const copied = await copySamples(
        page,
        samples.map(({ operationId }) => operationId),
      );

      // What is shown ends with the end of its last line.
      expect(copied).toEqual(
        Object.fromEntries(
          samples.map(({ operationId, source }) => [operationId, { shown: `${source}\n`, copied: source }]),
        ),
      );
    });
  }
});

for (const variant of VARIANTS) {
  test(`the reference is without findings and fits ${nameOf(variant)}, also what opens in it`, async ({
    page,
  }) => {
    await show(page, variant);
    await openReference(page, "#tag/billing/listTopUps"); // a call that has of everything
    const call = callSection(page, "listTopUps");
    await expect(call.getByRole("heading", { level: 3 })).toBeInViewport();
    await unfold(call);
    await expectFit(page);

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
}

test("the chosen language is remembered, here and on the quick start", async ({ page }) => {
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

test("every call has an address of its own, and a search finds calls by words and fields, by keyboard alone", async ({
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

test("without JavaScript the page says so, and leads to what can be read", async ({ browser }) => {
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(`${demo().appUrl}/docs/api`);

  await expect(page.getByText("The reference needs JavaScript.")).toBeVisible();
  await expect(page.getByText("Loading")).toBeHidden();
  await expect(page.getByRole("link", { name: "openapi.json" })).toHaveAttribute(
    "href",
    "/api/v1/openapi.json",
  );
  await page.getByRole("link", { name: "quick start", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Quick start" })).toBeVisible();
  await page.close();
});

test("a reference that cannot be loaded says so", async ({ page }) => {
  await page.route("**/api-reference/**", (route) => route.abort());
  await page.goto("/docs/api");

  await expect(page.getByRole("alert").getByRole("link", { name: "openapi.json" })).toBeVisible();
  problems = []; // the request that this test stopped
});

test("no other page loads the renderer, and this page may do no more than the others", async ({
  page,
  member,
}) => {
  const ofReference = await answersTo(page, () => openReference(page));
  const ofOthers = await answersTo(page, async () => {
    await page.goto("/docs/quick-start");
    await page.waitForLoadState("networkidle"); // what is not there cannot be waited for
    await signIn(page, member);
    await page.waitForLoadState("networkidle");
  });

  const isRenderer = (answer: Response) => new URL(answer.url()).pathname.startsWith("/api-reference/");
  expect(ofReference.filter(isRenderer).length).toBeGreaterThan(0);
  expect(ofOthers.filter(isRenderer)).toEqual([]);
  const policies = [ofReference, ofOthers].map(([page]) => page?.headers()["content-security-policy"]);
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

/** What the document says of a call and of what it takes, paragraph by paragraph. */
function wordsOf({ paths, components }: OpenApiDocument, operationId: string): string[] {
  const operation = operationsOf({ paths } as OpenApiDocument).find(
    (call) => call.operationId === operationId,
  );
  const { summary, description, parameters = [], requestBody } = operation ?? {};
  const taken = parameters.map((one) => resolve<ParameterPart>(one, components.parameters));
  const body = resolve<SchemaPart>(
    requestBody?.content["application/json"]?.schema ?? {},
    components.schemas,
  );
  const fields = Object.entries(body.properties ?? {}).flatMap(([name, field]) => [name, field.description]);
  return [summary, description, ...taken.flatMap((one) => [one.name, one.description]), ...fields]
    .filter((words) => words !== undefined)
    .flatMap((words) => words.split("\n\n"));
}

function resolve<Part extends object>(part: Part | { $ref?: string }, named: Record<string, Part>): Part {
  const name = "$ref" in part ? String(part.$ref).split("/").at(-1) : undefined;
  return (name === undefined ? part : named[name]) as Part;
}

/** Without the marks of Markdown, which the page turns into elements. */
function plain(words: string): string {
  return words.replace(/[`*]/g, "").replace(/\s+/g, " ").trim();
}

/** What a page gets from the server meanwhile. */
async function answersTo(page: Page, visit: () => Promise<unknown>): Promise<Response[]> {
  const answers: Response[] = [];
  const listen = (answer: Response) => void answers.push(answer);
  page.on("response", listen);
  await visit();
  page.off("response", listen);
  return answers;
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
