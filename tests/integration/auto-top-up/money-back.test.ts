import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AutoCustomer,
  anAutoCustomer,
  autoTopUps,
  availableOf,
  invoicesAtStripe,
  mailKindsOf,
  makeDue,
  outcomesOf,
  ruleOf,
  spend,
} from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { crashAtWrite, installCrashPoints, removeCrashPoints, WRITES } from "@/tests/support/crash-points";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { deliverAbout } from "@/tests/support/paid-top-up";
import { changeSettings } from "@/tests/support/settings";
import { SimulatedTime } from "@/tests/support/simulated-time";
import { runTasks } from "@/tests/support/tasks";

let brim: RunningBrim;
let time: SimulatedTime;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
  await installCrashPoints();
  time = new SimulatedTime(brim);
});
afterAll(async () => {
  await removeCrashPoints();
  await expectLedgerVerified();
  await brim.stop();
});

interface Charged {
  customer: AutoCustomer;
  paymentIntentId: string;
}

/** A customer whose card was charged once: $25.00 are available. */
async function aChargedCustomer(): Promise<Charged> {
  const customer = await anAutoCustomer(brim);
  await spend(customer, "25.00");
  await time.run(customer);
  const [topUp] = await autoTopUps(customer);
  expect(topUp?.status).toBe("succeeded");
  return { customer, paymentIntentId: topUp?.stripePaymentIntentId ?? "" };
}

async function refund({ paymentIntentId }: Charged): Promise<void> {
  const { id } = await brim.stripe.refunds.create({ payment_intent: paymentIntentId });
  await deliverAbout(brim, "refund.created", { id, object: "refund" });
}

async function dispute({ paymentIntentId }: Charged) {
  const { id } = await brim.control(`/charges/${paymentIntentId}/dispute`, {});
  const about = { id: String(id), object: "dispute" };
  await deliverAbout(brim, "charge.dispute.created", about);
  return about;
}

/** Lets the tasks and the sweep act, after the cooldown has ended. */
async function letTimePass(): Promise<void> {
  await runTasks();
  await time.pass(1);
}

describe("money that goes back does not charge the card:", () => {
  it("a refund that takes the balance below the threshold leaves the rule on", async () => {
    const charged = await aChargedCustomer();

    await refund(charged);
    await letTimePass();

    const { customer } = charged;
    expect(await availableOf(customer)).toBe("5.00");
    expect(await ruleOf(customer)).toBe("on");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect((await outcomesOf(customer)).at(-1)).toBe("idle");
  });

  it("a refund that makes the balance negative disables the rule", async () => {
    const charged = await aChargedCustomer();
    const { customer } = charged;
    await spend(customer, "10.00");

    await refund(charged);
    await letTimePass();

    expect(await availableOf(customer)).toBe("-5.00");
    expect(await ruleOf(customer)).toBe("balance_reversed");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect(await mailKindsOf(customer)).toContain("auto_topup_disabled");
  });

  it("a dispute disables the rule, which stays off when the dispute is won", async () => {
    const charged = await aChargedCustomer();
    const { customer } = charged;

    const opened = await dispute(charged);
    await letTimePass();
    expect(await availableOf(customer)).toBe("5.00");
    expect(await ruleOf(customer)).toBe("dispute_opened");
    await brim.control(`/disputes/${opened.id}/win`);
    await deliverAbout(brim, "charge.dispute.closed", opened);
    await letTimePass();

    expect(await availableOf(customer)).toBe("25.00");
    expect(await ruleOf(customer)).toBe("dispute_opened");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
  });

  it("a fraud warning disables the rule; with the setting the unspent top-up is refunded", async () => {
    const [kept, refunded] = [await aChargedCustomer(), await aChargedCustomer()];
    for (const charged of [kept, refunded]) {
      changeSettings({ REFUND_ON_FRAUD_WARNING: charged === refunded ? "full" : "off" });
      const { id } = await brim.control(`/charges/${charged.paymentIntentId}/fraud_warning`, {});
      const warning = { id: String(id), object: "radar.early_fraud_warning" };
      await deliverAbout(brim, "radar.early_fraud_warning.created", warning);
      await letTimePass();
    }

    for (const { customer } of [kept, refunded]) {
      expect(await ruleOf(customer)).toBe("fraud_warning");
      expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    }
    expect(await availableOf(kept.customer)).toBe("25.00");
    expect(await availableOf(refunded.customer)).toBe("5.00");
  });
});

describe("an unfinished automatic top-up", () => {
  /** Its card was charged, and the process ended before it knew. */
  async function aChargeInFlight(): Promise<Charged> {
    const customer = await anAutoCustomer(brim);
    await spend(customer, "25.00");
    await crashAtWrite(customer, WRITES.credit, () => time.run(customer));
    const [topUp] = await autoTopUps(customer);
    const { data } = await brim.stripe.invoicePayments.list({ invoice: topUp?.stripeInvoiceId ?? "" });
    return { customer, paymentIntentId: String(data[0]?.payment.payment_intent) };
  }

  it("whose payment is refunded before its credit leaves no balance after both", async () => {
    const charged = await aChargeInFlight();

    await refund(charged);
    await makeDue(charged.customer);
    await letTimePass();

    const { customer } = charged;
    expect((await autoTopUps(customer)).map(({ status }) => status)).toEqual(["succeeded"]);
    expect(await availableOf(customer)).toBe("5.00");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
  });

  it("is not charged when a dispute about an earlier one is opened", async () => {
    const charged = await aChargedCustomer();
    const { customer } = charged;
    await time.pass(1);
    await spend(customer, "20.00");
    await crashAtWrite(customer, WRITES.attempt, () => time.run(customer));

    await dispute(charged);
    await letTimePass();

    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000", "void 2000"]);
    expect((await autoTopUps(customer)).map(({ status }) => status)).toEqual(["succeeded", "canceled"]);
    expect(await ruleOf(customer)).toBe("dispute_opened");
  });
});
