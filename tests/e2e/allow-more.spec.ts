import { prisma } from "@/lib/platform/db";
import { expectAccessible, nameOf, show, VARIANTS } from "./support/appearance";
import { demo } from "./support/demo";
import { enableAutoTopUp } from "./support/enable-auto-top-up";
import { expect, type Member, signIn, test } from "./support/journey";

const raisedCaps = ({ customerId }: Member) =>
  prisma().autoTopUpConsent.count({ where: { customerId, kind: "allow_more" } });

test("the link of the email changes nothing until the customer confirms, and then raises the limit once", async ({
  page,
  member,
}) => {
  await enableAutoTopUp(member);
  const url = `${demo().appUrl}/billing/allow-more?customer=${member.customerId}`;
  await page.goto(url);
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn(page, member);

  await page.goto(url);
  await expect(page.getByText("up to $160.00 in 6 charges instead of $80.00 in 3 charges")).toBeVisible();
  for (const variant of VARIANTS) {
    await test.step(nameOf(variant), async () => {
      await show(page, variant);
      await expectAccessible(page);
    });
  }
  expect(await raisedCaps(member)).toBe(0);
  await page.getByRole("button", { name: "Allow more" }).dblclick();

  await expect(page.getByRole("heading", { name: "Your daily limit is raised" })).toBeVisible();
  expect(await raisedCaps(member)).toBe(1);
});

test("there is no limit to raise while auto top-up is off, nor one of another customer", async ({
  page,
  member,
}) => {
  await signIn(page, member);

  await page.goto(`/billing/allow-more?customer=${member.customerId}`);
  await expect(page.getByText("Auto top-up is off")).toBeVisible();
  await expect(page.getByRole("button", { name: "Allow more" })).toHaveCount(0);

  const response = await page.goto("/billing/allow-more?customer=cust_01m81xgxrcexrs47sfmrsawft1");
  expect(response?.status()).toBe(404);
});
