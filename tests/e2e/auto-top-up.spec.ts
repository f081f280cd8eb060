import type { Page } from "@playwright/test";
import { createDemoUser } from "@/lib/auth";
import { addMember } from "@/lib/customers";
import { expectAccessibleEverywhere, VARIANTS } from "./support/appearance";
import { apiOf, endCooldown, give, saveCard } from "./support/auto-top-up";
import { balance, expect, signIn, test } from "./support/journey";

/** One variant is enough where little differs from another state. */
const ONE_VARIANT = VARIANTS.slice(0, 1);

const section = (page: Page) => page.getByRole("region", { name: "Auto top-up" });
const state = (page: Page) => page.locator("#auto-top-up-state");

test("auto top-up is turned on with consent to its terms, changed, and charges as it says", async ({
  page,
  member,
}) => {
  await Promise.all([saveCard(member), give(member, "30.00")]);
  await signIn(page, member);
  const rule = section(page);
  const threshold = rule.getByLabel("Threshold in US dollars");
  const monthlyLimit = rule.getByLabel("Monthly limit in US dollars");
  const turnOn = rule.getByRole("button", { name: "Turn on auto top-up" });

  await threshold.fill("60");
  await monthlyLimit.fill("40");
  await turnOn.click();
  await expect(rule).toContainText("Threshold: The threshold must be lower than the amount, $50.");
  await expect(rule).toContainText("Monthly limit: Enter an amount from $50");
  await expect(threshold).toBeFocused();
  await expectAccessibleEverywhere(page, "auto-top-up-refused", ONE_VARIANT);

  await threshold.fill("25");
  await monthlyLimit.fill("300");
  await turnOn.click();
  await expect(rule.getByRole("alert")).toHaveText("Agree to these charges first.");
  await rule.getByRole("checkbox", { name: /\$50.00 plus tax .* below \$25.00/ }).press("Space");
  await turnOn.click();
  await expect(rule).toContainText("is charged when your balance falls below $25.00");
  await page.reload();
  await expect(threshold).toHaveValue("25");
  await expect(monthlyLimit).toHaveValue("300");
  await expect(rule).toContainText("You agreed to these terms");

  await threshold.fill("40");
  await expect(rule).toContainText("Your balance of $30.00 is already below $40.00. Saving charges Visa");
  await rule.getByRole("checkbox").check();
  await rule.getByRole("button", { name: "Save changes" }).dblclick();
  await expect(balance(page)).toHaveText("$80.00");
  await rule.getByText("Why it charged or did not").click();
  await expect(rule.getByRole("listitem").first()).toContainText("Started a charge of $50.00");
  await expectAccessibleEverywhere(page, "auto-top-up-on");

  const levels = page.getByRole("region", { name: "Low balance emails" });
  await levels.getByLabel("Level 1").fill("20");
  await levels.getByLabel("Level 2").fill("20.00");
  await levels.getByRole("button", { name: "Save levels" }).click();
  await expect(levels).toContainText("Level 2: $20 is there twice.");
  await levels.getByLabel("Level 2").fill("5");
  await levels.getByRole("button", { name: "Save levels" }).click();
  await expect(levels).toContainText("Saved.");
  expect((await apiOf(member).getLowBalanceThresholds()).thresholds_usd).toEqual(["20.00", "5.00"]);
});

test("more is allowed for a day, and removing the card turns auto top-up off with a way back", async ({
  page,
  member,
}) => {
  const brim = apiOf(member);
  await Promise.all([saveCard(member), give(member, "30.00")]);
  const terms = {
    threshold_usd: "20.00",
    amount_usd: "50.00",
    monthly_cap_usd: "500.00",
    daily_cap_count: 1,
  };
  await brim.updateAutoTopUp({ enabled: true, ...terms });
  await brim.createCharge({ amount_usd: "15.00" });
  await expect.poll(async () => (await brim.getBalance()).available_usd).toBe("65.00");
  await endCooldown(member);
  await brim.createCharge({ amount_usd: "50.00" });
  await expect.poll(async () => (await brim.getAutoTopUp()).next_action.action).toBe("allow_more");

  await signIn(page, member);
  const rule = section(page);
  await expect(state(page)).toContainText("Daily limit reached");
  await expect(state(page)).toContainText("at most $400.00 and 2 charges in any 24 hours");
  await expectAccessibleEverywhere(page, "auto-top-up-daily-limit");
  await rule.getByRole("button", { name: "Allow more for today" }).click();
  await expect(balance(page)).toHaveText("$65.00");
  await expect(rule).toContainText("You have allowed these daily limits until");

  const remove = page.getByRole("button", { name: "Remove Visa •••• 4242" });
  const dialog = page.getByRole("dialog", { name: "Remove Visa •••• 4242?" });
  await remove.click();
  await expect(dialog).toContainText("Auto top-up charges this card, so auto top-up turns off.");
  await expectAccessibleEverywhere(page, "auto-top-up-remove", ONE_VARIANT);
  await page.keyboard.press("Escape");
  await expect(remove).toBeFocused();
  await remove.click();
  await dialog.getByRole("button", { name: "Remove card" }).click();
  await expect(state(page)).toContainText("Visa •••• 4242 was removed. Save a card, then turn");
  await expect(rule.getByRole("link", { name: "Save a card" })).toHaveAttribute("href", "#cards");
  await expectAccessibleEverywhere(page, "auto-top-up-off", ONE_VARIANT);
});

test("a member who only reads sees the rule, and why it cannot be changed", async ({ page, member }) => {
  await saveCard(member);
  const terms = { threshold_usd: "20.00", amount_usd: "50.00", monthly_cap_usd: "500.00" };
  await apiOf(member).updateAutoTopUp({ ...terms });
  const viewer = { email: `viewer-${member.email}`, password: member.password };
  const { userId } = await createDemoUser({ ...viewer, name: "Viewer" });
  await addMember({ customerId: member.customerId, userId, role: "viewer" });

  await signIn(page, viewer);

  await expect(section(page)).toContainText("When the balance falls below $20.00, add $50.00");
  await expect(section(page)).toContainText("Your role is viewer, which cannot change this.");
  await expect(section(page).getByRole("textbox")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Remove|Make default/ })).toHaveCount(0);
});
