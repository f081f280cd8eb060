import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { sweepLowBalances } from "@/lib/low-balance";
import { sweepExpiringCards } from "@/lib/payment-methods";
import { prisma } from "@/lib/platform/db";
import { type AutoCustomer, anAutoCustomer, give, saveCard, spend } from "@/tests/support/auto-top-up";
import { aMember, type Mailbox, startMailbox } from "@/tests/support/mailbox";
import { runTasks } from "@/tests/support/tasks";

let mailbox: Mailbox;

beforeAll(async () => {
  mailbox = await startMailbox();
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => mailbox.stop());

describe("a low balance", () => {
  const LEVELS = "/api/v1/billing/low-balance-thresholds";
  const below = (level: string) => `Your balance is below $${level}`;

  /** A customer who has $30 and wants to be told below $20 and $5. */
  async function aWatchfulCustomer(rule: Record<string, unknown> | null = null) {
    const customer = await anAutoCustomer(mailbox.brim, { rule });
    const owner = await aMember(customer);
    await customer.put(LEVELS, { thresholds_usd: ["5.00", "20.00"] });
    return { customer, owner };
  }

  async function sweep(): Promise<void> {
    await Promise.all([sweepLowBalances(), sweepLowBalances()]);
    await runTasks();
  }

  it("sends an email once per crossing of each level, and again after a recovery", async () => {
    const { customer, owner } = await aWatchfulCustomer();
    await sweep();
    expect(await mailbox.subjectsOf(owner)).toEqual([]);

    await spend(customer, "15.00");
    await sweep();
    await spend(customer, "5.00");
    await sweep();
    expect(await mailbox.subjectsOf(owner)).toEqual([below("20.00")]);
    await spend(customer, "6.00");
    await sweep();
    expect(await mailbox.subjectsOf(owner)).toEqual([below("20.00"), below("5.00")]);
    await give(customer, 20);
    await sweep();
    await spend(customer, "10.00");
    await sweep();

    expect(await mailbox.subjectsOf(owner)).toEqual([below("20.00"), below("5.00"), below("20.00")]);
    const [mail] = await mailbox.mailsOf(owner);
    expect(mail?.text).toMatch(/^Available balance +\$15\.00$/m);
    expect(mail?.text).toContain("further usage is declined until you top up");
  });

  it("that has recovered before the email could be sent sends none", async () => {
    const { customer, owner } = await aWatchfulCustomer();
    await spend(customer, "15.00");
    await sweepLowBalances();

    await give(customer, 10);
    await runTasks();

    expect(await mailbox.subjectsOf(owner)).toEqual([]);
  });

  it("says that nothing needs to be done only while auto top-up can charge the card", async () => {
    const [on, off] = [await aWatchfulCustomer({}), await aWatchfulCustomer({})];
    const path = `/payment_methods/${off.customer.paymentMethodId}/decline`;
    await mailbox.brim.control(path, { decline_code: "insufficient_funds" });

    await spend(on.customer, "15.00");
    await spend(off.customer, "25.00");
    await runTasks();
    await sweep();

    const textOf = async (owner: string) =>
      (await mailbox.mailsOf(owner)).find(({ subject }) => subject === below("20.00"))?.text;
    expect(await textOf(on.owner)).toContain("you don’t need to do anything");
    expect(await textOf(off.owner)).toContain("further usage is declined until you top up");
  });
});

describe("a card that is about to expire", () => {
  const EXPIRES = "Visa ending in 4242 expires soon";

  const setExpiry = ({ paymentMethodId }: AutoCustomer, cardExpYear: number, cardExpMonth = 12) =>
    prisma().paymentMethod.updateMany({ where: { paymentMethodId }, data: { cardExpYear, cardExpMonth } });

  /** Runs the daily job and the tasks as if it were this day. */
  async function sweep(day: string): Promise<void> {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date(`${day}T04:20:00Z`) });
    await Promise.all([sweepExpiringCards(), sweepExpiringCards()]);
    await runTasks();
    vi.useRealTimers();
  }

  it("sends one email within the last 30 days, and another one for another expiry", async () => {
    const customer = await anAutoCustomer(mailbox.brim, { rule: null });
    const owner = await aMember(customer);
    await setExpiry(customer, 2033);

    for (const day of ["2033-12-01", "2034-01-01"]) await sweep(day);
    expect(await mailbox.subjectsOf(owner)).toEqual([]);
    for (const day of ["2033-12-03", "2033-12-04", "2033-12-31"]) await sweep(day);
    expect(await mailbox.subjectsOf(owner)).toEqual([EXPIRES]);
    await setExpiry(customer, 2037);
    await sweep("2037-12-20");

    expect(await mailbox.subjectsOf(owner)).toEqual([EXPIRES, EXPIRES]);
    const [first, second] = await mailbox.mailsOf(owner);
    expect(first?.text).toMatch(/^Expires +12\/33$/m);
    expect(second?.text).toMatch(/^Expires +12\/37$/m);
    expect(first?.text).toContain("This is your default card.");
  });

  it("sends none unless it is the rule's card or the default", async () => {
    const customer = await anAutoCustomer(mailbox.brim);
    const owner = await aMember(customer);
    const other = await saveCard(mailbox.brim, customer, { card: "pm_card_mastercard" });
    await setExpiry({ ...customer, paymentMethodId: other }, 2035);
    await sweep("2035-12-20");
    expect(await mailbox.subjectsOf(owner)).toEqual([]);

    await setExpiry(customer, 2036);
    await sweep("2036-12-20");

    const [mail] = await mailbox.mailsOf(owner);
    expect(await mailbox.subjectsOf(owner)).toEqual([EXPIRES]);
    expect(mail?.text).toContain("Auto top-up charges this card.");
  });

  it("that was replaced before the email could be sent sends none", async () => {
    const customer = await anAutoCustomer(mailbox.brim);
    const owner = await aMember(customer);
    await setExpiry(customer, 2038);
    await sweepExpiringCards(new Date("2038-12-20"));

    await setExpiry(customer, 2045);
    await sweep("2038-12-21");

    expect(await mailbox.subjectsOf(owner)).toEqual([]);
  });
});
