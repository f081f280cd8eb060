import { expect, test } from "@playwright/test";
import { demo } from "./support/demo";

test.use({ javaScriptEnabled: false });

/** A session without a customer, so that it does not affect other tests. */
async function aSession(): Promise<string> {
  const { sandboxUrl, stripeSecretKey } = demo();
  const item = "line_items[0][price_data]";
  const response = await fetch(`${sandboxUrl}/v1/checkout/sessions`, {
    method: "POST",
    headers: { authorization: `Bearer ${stripeSecretKey}` },
    body: new URLSearchParams({
      mode: "payment",
      success_url: "http://127.0.0.1:9/",
      "line_items[0][quantity]": "1",
      [`${item}[currency]`]: "usd",
      [`${item}[unit_amount]`]: "500",
      [`${item}[product_data][name]`]: "Seen from the dashboard",
    }),
  });
  return ((await response.json()) as { id: string }).id;
}

test("without JavaScript, the sandbox dashboard finds a session, expires it, and resends its event", async ({
  page,
}) => {
  const session = await aSession();
  await page.goto(demo().sandboxUrl);
  await expect(page.getByText("test mode, no real money")).toBeVisible();

  await page.locator(`a[href="/dashboard/objects/${session}"]`).first().click();
  await page.getByRole("button", { name: "Expire" }).focus();
  await page.keyboard.press("Enter");

  await expect(page.getByRole("status")).toHaveText("Done: Expire.");
  await expect(page.getByRole("button", { name: "Expire" })).toHaveCount(0);
  const events = page.getByRole("region", { name: "Events" });
  await events
    .getByRole("row", { name: /checkout\.session\.expired/ })
    .getByRole("link")
    .first()
    .click();
  await page.getByRole("button", { name: "Resend" }).click();

  await expect(page.getByRole("status")).toHaveText("Done: Resend.");
  await expect(page.getByRole("region", { name: "Deliveries" })).toContainText("succeeded (resend)");
});
