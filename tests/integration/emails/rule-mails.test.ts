import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { disableAutoTopUp } from "@/lib/auto-top-up";
import { withTransaction } from "@/lib/platform/db";
import { anAutoCustomer, enable, invoicesAtStripe, spend } from "@/tests/support/auto-top-up";
import { aMember, type Mailbox, startMailbox } from "@/tests/support/mailbox";
import { SimulatedTime } from "@/tests/support/simulated-time";
import { runTasks } from "@/tests/support/tasks";

let mailbox: Mailbox;
let time: SimulatedTime;

beforeAll(async () => {
  mailbox = await startMailbox();
  time = new SimulatedTime(mailbox.brim);
});
afterAll(() => mailbox.stop());

const REACHED = "You reached your daily auto top-up limit";
const TURNED_OFF = "Auto top-up was turned off";
const ALLOW_MORE = "/api/v1/billing/auto-topup/allow-more";

async function mailsAbout(owner: string, subject: string) {
  return (await mailbox.mailsOf(owner)).filter((mail) => mail.subject === subject);
}

describe("the daily cap", () => {
  it("sends one email when it is reached, with a link to allow more, and one when the raised cap is reached", async () => {
    const customer = await anAutoCustomer(mailbox.brim, { rule: { daily_cap_count: 1 } });
    const owner = await aMember(customer);
    for (const amount of ["25.00", "20.00"]) {
      await spend(customer, amount);
      await time.run(customer);
    }
    for (let run = 0; run < 3; run++) await time.pass(0.2);
    await runTasks();
    const [mail, ...others] = await mailsAbout(owner, REACHED);
    expect(others).toEqual([]);
    const link = `${mailbox.brim.url}/billing/allow-more?customer=${customer.customerId}`;
    expect(mail?.html).toContain(`href="${link}"`);
    expect(mail?.text).toContain("raise the limit to $160.00 in 2 charges for the next 24 hours");

    await customer.post(ALLOW_MORE, "");
    await time.run(customer);
    await spend(customer, "20.00");
    for (let run = 0; run < 3; run++) await time.pass(0.2);
    await runTasks();

    expect(await invoicesAtStripe(mailbox.brim, customer)).toEqual(["paid 2000", "paid 2000"]);
    const [, second, ...more] = await mailsAbout(owner, REACHED);
    expect(more).toEqual([]);
    expect(second?.text).toContain("You already raised this limit for 24 hours.");
    expect(second?.html).not.toContain("/billing/allow-more");
  });

  it("that tax always exceeds sends one email, however often the rule is evaluated", async () => {
    const customer = await anAutoCustomer(mailbox.brim, {
      country: "DE",
      rule: { daily_cap_usd: "20.00" },
    });
    const owner = await aMember(customer);
    await spend(customer, "25.00");
    await time.run(customer);

    for (let run = 0; run < 3; run++) await time.pass(0.2);
    await runTasks();

    expect(await invoicesAtStripe(mailbox.brim, customer)).toEqual([]);
    expect(await mailbox.subjectsOf(owner)).toEqual([REACHED]);
  });

  it("that no longer applies when the email could be sent sends none", async () => {
    const customer = await anAutoCustomer(mailbox.brim, { rule: { daily_cap_count: 1 } });
    const owner = await aMember(customer);
    for (const amount of ["25.00", "20.00"]) {
      await spend(customer, amount);
      await time.run(customer);
    }
    await time.pass(0.2);
    await customer.post(ALLOW_MORE, "");

    await runTasks();

    expect(await mailsAbout(owner, REACHED)).toEqual([]);
  });
});

describe("a disabled rule", () => {
  it.each([
    ["dispute_opened", "Contact support before you turn auto top-up on again."],
    ["balance_reversed", "Top up, then turn auto top-up on again."],
    ["address_required", "Add it in the billing portal and turn auto top-up on again."],
  ] as const)("sends one email with the reason %s and the way back", async (reason, wayBack) => {
    const customer = await anAutoCustomer(mailbox.brim);
    const owner = await aMember(customer);

    for (let time = 0; time < 2; time++)
      await withTransaction((tx) => disableAutoTopUp(tx, customer.customerId, reason));
    await runTasks();

    const [mail, ...others] = await mailbox.mailsOf(owner);
    expect(others).toEqual([]);
    expect(mail?.subject).toBe(TURNED_OFF);
    expect(mail?.text).toContain(wayBack);
  });

  it("because its card was removed sends one; enabled again before it could be sent, none", async () => {
    const [off, on] = [await anAutoCustomer(mailbox.brim), await anAutoCustomer(mailbox.brim)];
    const [told, spared] = [await aMember(off), await aMember(on)];

    await off.delete(`/api/v1/billing/payment-methods/${off.paymentMethodId}`);
    await withTransaction((tx) => disableAutoTopUp(tx, on.customerId, "card_declined"));
    await enable(on);
    await runTasks();

    expect(await mailbox.subjectsOf(told)).toEqual([TURNED_OFF]);
    expect(await mailbox.subjectsOf(spared)).toEqual([]);
  });

  it("sends none when its customer disabled it", async () => {
    const customer = await anAutoCustomer(mailbox.brim);
    const owner = await aMember(customer);

    await enable(customer, { enabled: false });
    await runTasks();

    expect(await mailbox.subjectsOf(owner)).toEqual([]);
  });
});

/** Otherwise the month could end during the test. */
async function passUntilMidMonth(): Promise<void> {
  const { now } = time;
  const middle = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 15);
  await time.pass((middle - now.getTime()) / 3_600_000);
}

describe("the monthly cap", () => {
  it("sends one email in a month, and another one when a raised cap is reached", async () => {
    const reached = "You reached your monthly auto top-up limit";
    await passUntilMidMonth();
    const customer = await anAutoCustomer(mailbox.brim, { rule: { monthly_cap_usd: "20.00" } });
    const owner = await aMember(customer);
    const fallBelow = async (amount: string) => {
      await spend(customer, amount);
      for (let run = 0; run < 2; run++) await time.pass(0.2);
      await runTasks();
    };
    await fallBelow("25.00");
    expect(await mailsAbout(owner, reached)).toEqual([]);

    await fallBelow("20.00");
    expect(await mailsAbout(owner, reached)).toHaveLength(1);
    await enable(customer, { monthly_cap_usd: "40.00" });
    await time.pass(0.2);
    await fallBelow("20.00");

    const [first, second, ...others] = await mailsAbout(owner, reached);
    expect(others).toEqual([]);
    expect(first?.text).toMatch(/^Monthly limit +\$20\.00$/m);
    expect(second?.text).toMatch(/^Monthly limit +\$40\.00$/m);
  });
});
