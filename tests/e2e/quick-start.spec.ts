import type { Page } from "@playwright/test";
import { quickStartSteps, REMAINING_USD } from "@/app/docs/quick-start/steps";
import { Brim, PaymentRequiredError } from "@/lib/client";
import { demo } from "./support/demo";
import { balance, continueToCheckout, expect, fillCard, test } from "./support/journey";
import { openShell } from "./support/shell";

/** Returns the code that the page shows for a step. */
async function shown(page: Page, step: string): Promise<string> {
  return (await page.locator(`#${step} pre`).first().textContent()) ?? "";
}

/** Opens a billing link and tops up $25, as in step 5. */
async function topUp(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(page.getByRole("heading", { name: "Available balance" })).toBeVisible();
  await continueToCheckout(page, "$25");
  await fillCard(page);
  await page.getByRole("button", { name: /^Pay/ }).last().click();
  await expect(balance(page)).toHaveText("$25.00");
}

test("the shell commands of the quick start work exactly as shown", async ({ page, context }) => {
  const shell = openShell();
  await page.goto("/docs/quick-start");
  const follow = async (step: string) => shell.type(await shown(page, step));

  try {
    expect(await follow("key")).toBe("");
    expect(await follow("customer")).toMatch(/^cust_[0-9a-hjkmnp-tv-z]{26}$/);
    const link = JSON.parse(await follow("link"));
    expect(JSON.parse(await follow("refused"))).toMatchObject({
      error: "PAYMENT_REQUIRED",
      statusCode: 402,
      details: { available_usd: "0.00", topup_url: expect.stringContaining(`${demo().appUrl}/billing`) },
    });

    await topUp(await context.newPage(), link.url);

    const charged = JSON.parse(await follow("charge"));
    expect(charged).toMatchObject({ amount_usd: "0.25", available_usd: REMAINING_USD });
    expect(JSON.parse(await follow("charge"))).toEqual(charged);
    expect(JSON.parse(await follow("balance"))).toMatchObject({ available_usd: REMAINING_USD });
  } finally {
    shell.close();
  }
});

test("the TypeScript of the quick start works exactly as shown", async ({ page, context }) => {
  await page.goto("/docs/quick-start");
  await page.getByRole("button", { name: "TypeScript" }).first().click();
  const [key, customer, link, refused, charge, balanceStep] = await Promise.all(
    ["key", "customer", "link", "refused", "charge", "balance"].map((step) => shown(page, step)),
  );
  const lines = `
    ${key?.replace(/^import .*$/m, "")}
    ${customer}
    ${link}
    let refusedWith;
    try { ${refused} } catch (error) { refusedWith = error; }
    await topUp(link.url);
    ${charge}
    ${balanceStep}
    return { refusedWith, charge, available_usd };
  `;
  const AsyncFunction = Object.getPrototypeOf(topUp).constructor;
  const follow = new AsyncFunction("Brim", "process", "console", "topUp", lines);

  const result = await follow(
    Brim,
    { env: { BRIM_API_KEY: demo().operatorApiKey } },
    { log() {} },
    async (url: string) => topUp(await context.newPage(), url),
  );

  expect(result.refusedWith).toBeInstanceOf(PaymentRequiredError);
  expect(result.charge).toMatchObject({ amount_usd: "0.25", available_usd: REMAINING_USD });
  expect(result.available_usd).toBe(REMAINING_USD);
});

test("the quick start shows every step in every language", async ({ page }) => {
  await page.goto("/docs/quick-start");

  for (const { id, title, shell, typeScript, python } of quickStartSteps(demo().appUrl)) {
    const step = page.locator(`#${id}`);
    await expect(step.getByRole("heading")).toContainText(title);
    for (const [label, source] of Object.entries({ TypeScript: typeScript, Python: python, curl: shell })) {
      if (source === undefined) continue;
      await step.getByRole("button", { name: label }).click();
      expect(await shown(page, id)).toBe(source);
    }
  }
});
