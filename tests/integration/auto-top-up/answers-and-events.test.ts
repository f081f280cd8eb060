import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import {
  type AutoCustomer,
  anAutoCustomer,
  autoTopUps,
  availableOf,
  invoicesAtStripe,
  mailKindsOf,
  makeDue,
  ruleOf,
  spend,
} from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { deliverAbout } from "@/tests/support/paid-top-up";
import { SimulatedTime } from "@/tests/support/simulated-time";
import { type RelayedCall, type StripeRelay, startStripeRelay } from "@/tests/support/stripe-relay";

let brim: RunningBrim;
let time: SimulatedTime;
let relay: StripeRelay;

beforeAll(async () => {
  relay = await startStripeRelay();
  brim = await startBrim({ settings: { STRIPE_API_BASE: relay.url } });
  relay.target = brim.sandbox.url;
  await brim.control("/deliveries/mode", { mode: "drop" });
  time = new SimulatedTime(brim);
});
afterEach(async () => {
  relay.onCall = async () => undefined;
  await expectLedgerVerified();
});
afterAll(async () => {
  await brim.stop();
  await relay.stop();
});

async function aCustomerBelow(): Promise<AutoCustomer> {
  const customer = await anAutoCustomer(brim);
  await spend(customer, "25.00");
  return customer;
}

const PAY = "POST /v1/invoices/:id/pay";
const FINALIZE = "POST /v1/invoices/:id/finalize";

const isAt = (call: RelayedCall, name: string, moment: RelayedCall["moment"]) =>
  call.name === name && call.moment === moment;

/** Delivers the events of a paid invoice. */
async function deliverPaid(customer: AutoCustomer): Promise<void> {
  const [topUp] = await autoTopUps(customer);
  const invoiceId = topUp?.stripeInvoiceId ?? "";
  const { data } = await brim.stripe.invoicePayments.list({ invoice: invoiceId });
  const { stripeCustomerId, customerId } = customer;
  const metadata = { customer_id: customerId, topup_intent_id: topUp?.topUpIntentId };
  const events: [string, Record<string, unknown>][] = [
    [
      "payment_intent.succeeded",
      { id: data[0]?.payment.payment_intent, object: "payment_intent", customer: stripeCustomerId },
    ],
    ["invoice.paid", { id: invoiceId, object: "invoice", metadata }],
    ["invoice_payment.paid", { id: data[0]?.id, object: "invoice_payment", invoice: invoiceId }],
  ];
  for (const [type, object] of events) await deliverAbout(brim, type, object);
}

async function expectChargedOnce(customer: AutoCustomer): Promise<void> {
  expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
  expect((await autoTopUps(customer)).map(({ status }) => status)).toEqual(["succeeded"]);
  expect(await availableOf(customer)).toBe("25.00");
  expect(await mailKindsOf(customer)).toEqual(["auto_topup_succeeded"]);
}

describe("one charge is credited once", () => {
  it("when its events arrive before the response of the call", async () => {
    const customer = await aCustomerBelow();
    let availableBefore = "";
    relay.onCall = async (call) => {
      if (!isAt(call, PAY, "after")) return;
      await deliverPaid(customer);
      availableBefore = await availableOf(customer);
    };

    await time.run(customer);

    expect(availableBefore).toBe("25.00");
    await expectChargedOnce(customer);
  });

  it("when the response of the call is lost and only the events arrive", async () => {
    const customer = await aCustomerBelow();
    let isPaid = false;
    relay.onCall = async (call) => {
      isPaid ||= isAt(call, PAY, "after");
      return !isPaid; // neither the answer nor anything after it gets through
    };
    await expect(time.run(customer)).rejects.toThrow("Stripe is temporarily unavailable");
    expect(await availableOf(customer)).toBe("5.00");
    relay.onCall = async () => undefined;

    await deliverPaid(customer);

    await expectChargedOnce(customer);
    await makeDue(customer);
    await time.run(customer);
    await expectChargedOnce(customer);
  });
});

describe("a customer balance at Stripe", () => {
  it.each([
    ["credit", -500],
    ["debt", 500],
    ["credit that covers all", -2_500],
  ])("that is a %s prevents the charge, and stays as it is", async (_what, balance) => {
    const customer = await anAutoCustomer(brim);
    await brim.stripe.customers.update(customer.stripeCustomerId, { balance });
    await spend(customer, "25.00");

    await time.run(customer);

    expect(await invoicesAtStripe(brim, customer)).toEqual([]);
    expect(await ruleOf(customer)).toBe("customer_balance");
    expect(await availableOf(customer)).toBe("5.00");
    const { customerId } = customer;
    expect((await prisma().alert.findMany({ where: { customerId } })).map(({ kind }) => kind)).toEqual([
      "auto_top_up_failed",
    ]);
    const { balance: left } = (await brim.stripe.customers.retrieve(customer.stripeCustomerId)) as {
      balance: number;
    };
    expect(left).toBe(balance);
  });
});

describe("a credit balance at Stripe that is added between the check of the draft and its finalization", () => {
  /** Gives the customer a credit right before the draft is finalized. */
  async function giveCreditBeforeFinalization(customer: AutoCustomer, cents: number): Promise<void> {
    relay.onCall = async (call) => {
      if (isAt(call, FINALIZE, "before"))
        await brim.stripe.customers.update(customer.stripeCustomerId, { balance: -cents });
    };
    await time.run(customer);
    await time.run(customer);
  }

  it("that covers a part is returned: the invoice is voided, and nothing is charged or credited", async () => {
    const customer = await aCustomerBelow();

    await giveCreditBeforeFinalization(customer, 500);

    expect(await invoicesAtStripe(brim, customer)).toEqual(["void 2000"]);
    expect(await ruleOf(customer)).toBe("customer_balance");
    expect(await availableOf(customer)).toBe("5.00");
    expect(await brim.stripe.customers.retrieve(customer.stripeCustomerId)).toMatchObject({ balance: -500 });
  });

  it("that covers everything pays the invoice, which then needs review", async () => {
    const customer = await aCustomerBelow();

    await giveCreditBeforeFinalization(customer, 2_000);

    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect(await ruleOf(customer)).toBe("customer_balance");
    expect((await autoTopUps(customer)).map(({ status }) => status)).toEqual(["needs_review"]);
    expect(await availableOf(customer)).toBe("5.00");
  });
});
