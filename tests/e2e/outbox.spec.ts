import { storeInOutbox } from "@/lib/emails/outbox";
import { renderCustomerMail } from "@/lib/emails/templates/render";
import { depth } from "@/tests/support/depth";
import { MAIL_KINDS, SAMPLE_MAILS } from "@/tests/support/sample-mails";
import { expectAccessible, nameOf, show, VARIANTS } from "./support/appearance";
import { demo } from "./support/demo";
import { expect, test } from "./support/journey";

test("the outbox shows a sign-in link, which signs in", async ({ page, member }) => {
  await page.goto("/sign-in");
  await page.getByLabel("Email for a sign-in link").fill(member.email);
  await page.getByRole("button", { name: "Email me a sign-in link" }).click();
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible();

  const mine = page.getByRole("link", { name: member.email });
  await expect(async () => {
    await page.goto("/outbox");
    await expect(mine).toHaveCount(1, { timeout: 1_000 });
  }).toPass();
  await mine.click();
  const [opened] = await Promise.all([
    page.waitForEvent("popup"),
    page.frameLocator("iframe").getByRole("link", { name: "Sign in" }).click(),
  ]);

  await expect(opened.getByRole("heading", { name: "Available balance" })).toBeVisible();
});

test("each email is accessible and does not overflow, in the outbox and by itself", async ({
  page,
  member,
}) => {
  const { appUrl } = demo();
  const operator = {
    appUrl,
    name: "Acme",
    address: "1 Market Street",
    supportUrl: "mailto:help@example.com",
  };
  const context = { operator, customerId: member.customerId, customerName: "Northwind AI" };
  for (const kind of MAIL_KINDS) {
    await storeInOutbox({
      to: member.email,
      ...(await renderCustomerMail(kind, SAMPLE_MAILS[kind], context)),
    });
  }
  const mine = page.getByRole("link", { name: member.email });
  await expect(async () => {
    await page.goto(`${demo().appUrl}/outbox`);
    await expect(mine).toHaveCount(MAIL_KINDS.length, { timeout: 1_000 });
  }).toPass();
  for (const variant of VARIANTS) {
    await test.step(nameOf(variant), async () => {
      await show(page, variant);
      await expectAccessible(page);
    });
  }

  const links = await mine.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
  for (const [index, link] of links.entries()) {
    // All emails have the same layout. By default each is checked in one variant.
    const variants = VARIANTS.filter((_, at) => depth() === "deep" || at === index % VARIANTS.length);
    await page.goto(link);
    const html = await page.locator("iframe").getAttribute("srcdoc");
    await expect(page.frameLocator("iframe").getByRole("heading", { level: 1 })).toBeVisible();
    for (const variant of index === 0 ? VARIANTS : []) {
      await show(page, variant);
      await expectAccessible(page);
    }
    await page.setContent(String(html));
    for (const variant of variants) {
      await show(page, variant);
      await expectAccessible(page, "body > table"); // an email has no landmarks
    }
  }
});
