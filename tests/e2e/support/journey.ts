import { randomBytes } from "node:crypto";
import { test as base, expect, type Page } from "@playwright/test";
import { createApiKey } from "@/lib/api-keys";
import { createDemoUser } from "@/lib/auth";
import { addMember, createCustomer } from "@/lib/customers";
import type { CustomerId } from "@/lib/platform/ids";
import { applySettings } from "@/tests/support/settings";
import { demo } from "./demo";
import { restoreSandbox } from "./sandbox";

/** A test's own customer, with a member who can sign in and an API key. */
export interface Member {
  customerId: CustomerId;
  email: string;
  password: string;
  key: string;
}

export const test = base.extend<{ member: Member; healthySandbox: undefined }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's dependencies from this pattern.
  baseURL: async ({}, use) => use(demo().appUrl),
  // biome-ignore lint/correctness/noEmptyPattern: as above
  member: async ({}, use) => use(await createMember()),
  // Runs after failed tests too, so that an outage never leaks into the next test.
  healthySandbox: [
    // biome-ignore lint/correctness/noEmptyPattern: as above
    async ({}, use) => {
      await use(undefined);
      await restoreSandbox();
    },
    { auto: true },
  ],
});

export { expect };

async function createMember(): Promise<Member> {
  applySettings({ DATABASE_URL: demo().databaseUrl, APP_URL: demo().appUrl, BRIM_DEMO: "1" });
  const name = randomBytes(4).toString("hex");
  const email = `${name}@example.com`;
  const password = randomBytes(8).toString("hex");
  const { customerId } = await createCustomer({ name: `Customer ${name}`, email });
  const { userId } = await createDemoUser({ email, name, password });
  await addMember({ customerId, userId, role: "owner" });
  const { secret } = await createApiKey({ customerId, name: "e2e", scopes: "all" });
  return { customerId, email, password, key: secret };
}

/** Signs in without the sign-in page, and opens the billing page. */
export async function signIn(page: Page, member: Pick<Member, "email" | "password">): Promise<void> {
  const { appUrl } = demo();
  const { csrfToken } = await (await page.request.get(`${appUrl}/api/auth/csrf`)).json();
  const response = await page.request.post(`${appUrl}/api/auth/callback/credentials`, {
    form: { email: member.email, password: member.password, csrfToken, json: "true" },
  });
  expect(response.status()).toBe(200);
  await page.goto(`${appUrl}/billing`);
  await expect(page.getByRole("heading", { name: "Available balance" })).toBeVisible();
}

/** Signs in through the sign-in page, and ends on the billing page. */
export async function signInByForm(page: Page, member: Pick<Member, "email" | "password">): Promise<void> {
  await page.goto("/billing");
  await page.getByLabel("Email", { exact: true }).fill(member.email);
  await page.getByLabel("Password").fill(member.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Available balance" })).toBeVisible();
}

/** Selects an amount on the billing page and continues to Checkout. */
export async function continueToCheckout(page: Page, preset: string): Promise<void> {
  await page.getByRole("radio", { name: preset, exact: true }).check();
  await page.getByRole("button", { name: "Continue to checkout" }).click();
  await expect(page.getByLabel("Card number")).toBeVisible();
}

/** Fills in Checkout with a card and an address in Oregon, which has no sales tax. */
export async function fillCard(page: Page, number = "4242 4242 4242 4242"): Promise<void> {
  await page.getByLabel("Country").selectOption("US");
  await page.getByLabel("Address line 1").fill("1 Main Street");
  await page.getByLabel("City").fill("Portland");
  await page.getByLabel("Postal code").fill("97201");
  await page.getByLabel(/^State/).fill("OR");
  await page.getByLabel("Card number").fill(number);
  await page.getByLabel(/^Expiry/).fill("12 / 34");
  await page.getByLabel("CVC").fill("123");
  await page.getByLabel("Name on card").fill("Ada Lovelace");
}

/** The available balance on the billing page. */
export const balance = (page: Page) => page.getByTestId("available-balance");
