import { control, demo } from "./support/demo";
import { balance, continueToCheckout, expect, fillCard, signIn, test } from "./support/journey";

/** Returns the PaymentIntent of the newest complete session. */
async function newestPaymentIntent(): Promise<string> {
  const { sandboxUrl, stripeSecretKey } = demo();
  const response = await fetch(`${sandboxUrl}/v1/checkout/sessions?limit=1&status=complete`, {
    headers: { authorization: `Bearer ${stripeSecretKey}` },
  });
  const { data } = (await response.json()) as { data: { payment_intent: string }[] };
  const id = data[0]?.payment_intent;
  if (!id) throw new Error("No session is complete.");
  return id;
}

test("a card that requires 3D Secure is charged only after authentication", async ({ page, member }) => {
  await signIn(page, member);
  await continueToCheckout(page, "$25");
  await fillCard(page, "4000 0027 6000 3184");
  await page.getByRole("button", { name: /^Pay/ }).last().click();

  await expect(page.getByRole("heading", { name: /Your bank asks/ })).toBeVisible();
  await page.getByRole("button", { name: "Fail" }).click();
  await expect(page.getByRole("alert").first()).toContainText(/unable to authenticate/i);

  await fillCard(page, "4000 0027 6000 3184");
  await page.getByRole("button", { name: /^Pay/ }).last().click();
  await page.getByRole("button", { name: "Complete" }).focus();
  await page.keyboard.press("Enter");

  await expect(page).toHaveURL(/\/billing\?topup=success/);
  await expect(balance(page)).toHaveText("$25.00");
});

test("a bank debit is credited when it settles, not when Checkout completes", async ({ page, member }) => {
  await signIn(page, member);
  await continueToCheckout(page, "$25");
  await fillCard(page);
  await page.getByRole("radio", { name: /bank pays/ }).check();
  await page.getByRole("button", { name: /^Pay/ }).last().click();

  await expect(page).toHaveURL(/\/billing\?topup=success/);
  await expect(page.getByRole("status")).toContainText("processing");
  await expect(balance(page)).toHaveText("$0.00");

  await control(`/payments/${await newestPaymentIntent()}/settle`);
  await expect(balance(page)).toHaveText("$25.00");
});

test("a payment in another currency credits the amount in dollars", async ({ page, member }) => {
  await signIn(page, member);
  await continueToCheckout(page, "$25");
  const address = new URL(page.url());
  address.searchParams.set("location", "DE");
  await page.goto(address.href);
  await expect(page.getByRole("button", { name: "€23.92 EUR" })).toHaveAttribute("aria-pressed", "true");

  await fillCard(page);
  await page
    .getByRole("button", { name: /^Pay €/ })
    .last()
    .click();

  await expect(page).toHaveURL(/\/billing\?topup=success/);
  await expect(balance(page)).toHaveText("$25.00");
});
