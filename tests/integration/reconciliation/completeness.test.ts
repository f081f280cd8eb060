import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { post } from "@/lib/ledger";
import { onPool, pool, prisma } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { reconcile, reportCompleteness } from "@/lib/reconciliation";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { changeAtStripe } from "@/tests/support/change-at-stripe";
import { aPaidTopUp, balanceOf, disputeAtStripe, refundAtStripe } from "@/tests/support/paid-top-up";
import { usd } from "@/tests/support/spending";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
afterAll(() => brim.stop());

const HOUR_MS = 3_600_000;
let testStart: Date;

/** Stripe counts in seconds, so each test's window begins in a new second. */
beforeEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
  testStart = new Date();
});

/** Compares everything since the test began, as if it were two hours old. */
function report(from = testStart) {
  const to = new Date(Date.now() + HOUR_MS);
  return reportCompleteness({ from, to }, new Date(to.getTime() + 2 * HOUR_MS));
}

const openAlerts = (kind = "reconciliation_finding") =>
  prisma().alert.findMany({ where: { kind, resolvedAt: null }, orderBy: { subjectId: "asc" } });

/** Creates a payment that names a top-up but does not belong to a Checkout Session. */
async function aPaymentNaming(customer: ApiCustomer, topUpIntentId: string) {
  const { stripe } = brim;
  const payer = await stripe.customers.create({ metadata: { customer_id: customer.customerId } });
  return stripe.paymentIntents.create({
    amount: 2_500,
    currency: "usd",
    customer: payer.id,
    payment_method: "pm_card_visa",
    confirm: true,
    off_session: true,
    metadata: { customer_id: customer.customerId, topup_intent_id: topUpIntentId, kind: "topup" },
  });
}

it("a healthy installation has no findings: payments, refunds, a failed refund, disputes, pending debits", async () => {
  const topUp = await aPaidTopUp(brim);
  await refundAtStripe(brim, topUp, 100);
  const failing = await refundAtStripe(brim, topUp, 200);
  await brim.control(`/refunds/${failing}/fail`);
  const disputed = await aPaidTopUp(brim);
  const disputeId = await disputeAtStripe(brim, disputed);
  await brim.control(`/disputes/${disputeId}/win`);
  const debtor = await aCustomer(brim);
  const { body } = await debtor.post("/api/v1/billing/checkout-session", { amount_usd: "15.00" });
  await brim.control(`/checkout/${body.session_id}/pay`, { bank_account: "pays" });

  const { findings, balanceTransactions } = await report();

  expect(findings).toEqual([]);
  expect(balanceTransactions).toBeGreaterThanOrEqual(6);
  expect((await debtor.get("/api/v1/billing/balance")).body.balance_usd).toBe("0.00");
});

it("a dispute that is won later returns the credit even if its events are lost", async () => {
  const topUp = await aPaidTopUp(brim, { amount: "20.00" });
  const disputeId = await disputeAtStripe(brim, topUp);
  await report();
  expect(await balanceOf(topUp)).toBe("0.00");
  await brim.control(`/disputes/${disputeId}/win`);

  const { findings } = await report();

  expect(findings).toEqual([]);
  expect(await balanceOf(topUp)).toBe("20.00");
});

it("an item that cannot be compared is reported once and does not stop the others", async () => {
  const [stuck, other] = [
    await aPaidTopUp(brim, { credit: false }),
    await aPaidTopUp(brim, { credit: false }),
  ];
  await pool().query(`
    CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stuck'; END $$;
    CREATE TRIGGER refuse_it BEFORE UPDATE ON topup_intent FOR EACH ROW
    WHEN (OLD.customer_id = '${stuck.customer.customerId}') EXECUTE FUNCTION refuse_it()`);

  const during = await report();
  await report();
  await pool().query("DROP FUNCTION refuse_it CASCADE");
  const alerts = await openAlerts("not_reconciled");
  const after = await report();

  expect(during.failed).toHaveLength(1);
  expect(alerts).toHaveLength(1);
  expect([await balanceOf(other), await balanceOf(stuck)]).toEqual(["20.00", "20.00"]);
  expect(after).toMatchObject({ findings: [], failed: [], healed: 1 });
});

describe("money without a credit", () => {
  it("is reported once, with its ids, until a person has given it back", async () => {
    const customer = await aCustomer(brim);
    const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "25.00" });
    const payment = await aPaymentNaming(customer, body.topup_intent_id);

    const first = await report();
    const second = await report(new Date(Date.now() + 60_000)); // its time lies before that

    const expected = {
      kind: "money_without_credit",
      customerId: customer.customerId,
      topUpIntentId: body.topup_intent_id,
      stripeObjectId: payment.latest_charge,
      amountCents: 2_500n,
    };
    expect(first.findings).toMatchObject([expected]);
    expect(second.findings).toMatchObject([expected]);
    expect(await openAlerts()).toMatchObject([
      { customerId: customer.customerId, details: { finding: "money_without_credit", amountCents: "2500" } },
    ]);

    await brim.stripe.refunds.create({ payment_intent: payment.id });
    const third = await report();
    expect(third.findings).toEqual([]);
    expect(await openAlerts()).toEqual([]);
    expect(await prisma().reconciliationFinding.count({ where: { closedAt: null } })).toBe(0);
  });

  it("of a customer that does not exist is reported", async () => {
    const stranger = { customerId: newId("customer") } as ApiCustomer;
    const payment = await aPaymentNaming(stranger, newId("topUp"));

    const { findings } = await report();

    expect(findings).toMatchObject([{ kind: "unknown_customer", stripeObjectId: payment.latest_charge }]);
    expect(findings[0]?.message).toContain(stranger.customerId);
    await prisma().reconciliationFinding.deleteMany();
    await prisma().alert.deleteMany();
  });

  it("is not a finding while it waits for a person's decision", async () => {
    const topUp = await aPaidTopUp(brim, { credit: false });
    await changeAtStripe(brim, topUp.sessionId, { amount_subtotal: 1 });

    const { findings } = await report();
    const { needsPerson } = await reconcile({ since: null });

    expect(findings).toEqual([]);
    expect(needsPerson.join("\n")).toContain(topUp.topUpIntentId);
    await brim.stripe.refunds.create({ payment_intent: topUp.paymentIntentId });
  });

  it("of another product on the same account is ignored", async () => {
    await brim.stripe.paymentIntents.create({
      amount: 999,
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    });

    expect((await report()).findings).toEqual([]);
  });
});

describe("a credit without money", () => {
  const paymentOfAnotherProduct = async () => {
    const { id: customer } = await brim.stripe.customers.create();
    const card = { customer, payment_method: "pm_card_visa", off_session: true };
    const payment = { amount: 2_500, currency: "usd", confirm: true, ...card };
    return (await brim.stripe.paymentIntents.create(payment)).id;
  };

  it.each([
    ["does not exist at Stripe", async () => "pi_planted"],
    ["belongs to another product", paymentOfAnotherProduct],
  ])("is reported when its payment %s", async (_what, makePayment) => {
    const stripePaymentIntentId = await makePayment();
    const customer = await aCustomer(brim);
    const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "25.00" });
    const { customerId } = customer;
    await prisma().topUpIntent.update({
      where: { customerId_topUpIntentId: { customerId, topUpIntentId: body.topup_intent_id } },
      data: {
        status: "succeeded",
        creditedAt: new Date(),
        creditedNanos: usd("25.00"),
        stripePaymentIntentId,
      },
    });
    const source = { type: "topup", id: body.topup_intent_id } as const;
    const occurredAt = new Date();
    const planted = await post(onPool(), {
      customerId,
      kind: "credit",
      amount: usd("25.00"),
      source,
      occurredAt,
    });

    const { findings } = await report();
    await report();

    expect(findings.filter(({ customerId: of }) => of === customerId)).toMatchObject([
      {
        kind: "credit_without_money",
        customerId,
        subjectId: planted.transferId,
        stripeObjectId: stripePaymentIntentId,
        amountCents: 2_500n,
      },
    ]);
    const alerts = await openAlerts();
    expect(alerts.filter(({ subjectId }) => subjectId === planted.transferId)).toHaveLength(1);
  });

  it("is reported when it belongs to no top-up", async () => {
    const customer = await aCustomer(brim);
    const source = { type: "topup", id: newId("topUp") } as const;
    const { customerId } = customer;
    const occurredAt = new Date();
    const planted = await post(onPool(), {
      customerId,
      kind: "credit",
      amount: usd("5.00"),
      source,
      occurredAt,
    });

    const { findings } = await report();

    expect(findings.map(({ subjectId }) => subjectId)).toContain(planted.transferId);
  });

  it("is reported when Stripe never got the money of a bank debit", async () => {
    const topUp = await aPaidTopUp(brim);
    const { latest_charge: charge } = await brim.stripe.paymentIntents.retrieve(topUp.paymentIntentId);
    await changeAtStripe(brim, String(charge), { status: "failed", paid: false });

    const { findings } = await report();

    expect(findings).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ kind: "credit_without_money", topUpIntentId: topUp.topUpIntentId }),
      ]),
    );
  });
});

it("a reversal without money is reported", async () => {
  const topUp = await aPaidTopUp(brim);
  const { customerId } = topUp.customer;
  const source = { type: "stripe_refund", id: "re_planted" } as const;
  const occurredAt = new Date();
  const planted = await post(onPool(), {
    customerId,
    kind: "stripe_refund",
    amount: usd("3.00"),
    source,
    occurredAt,
  });

  const { findings } = await report();

  expect(findings.filter(({ customerId: of }) => of === customerId)).toMatchObject([
    { kind: "reversal_without_money", subjectId: planted.transferId, stripeObjectId: "re_planted" },
  ]);
});

it.each(["a refund", "a dispute"])("%s whose transfers do not add up to it is reported", async (what) => {
  const topUp = await aPaidTopUp(brim);
  const { customerId } = topUp.customer;
  const isRefund = what === "a refund";
  const id = isRefund ? await refundAtStripe(brim, topUp, 300) : await disputeAtStripe(brim, topUp);
  await report();
  const before = await balanceOf(topUp);
  await post(onPool(), {
    customerId,
    kind: isRefund ? "stripe_refund_reversal" : "dispute_reversal",
    amount: usd("3.00"),
    source: { type: isRefund ? "stripe_refund" : "dispute", id, revision: 7 },
    occurredAt: new Date(),
  });

  const { findings } = await report();

  expect(await balanceOf(topUp)).not.toBe(before);
  expect(findings.filter(({ customerId: of }) => of === customerId)).toMatchObject([
    { kind: "amount_mismatch", stripeObjectId: id, message: expect.stringContaining("add up to") },
  ]);
});

it("a payment that is stored with a different amount is reported", async () => {
  const topUp = await aPaidTopUp(brim);
  await pool().query("UPDATE topup_intent SET total_cents = total_cents + 1 WHERE topup_intent_id = $1", [
    topUp.topUpIntentId,
  ]);

  const { findings } = await report();

  expect(findings.filter(({ topUpIntentId }) => topUpIntentId === topUp.topUpIntentId)).toMatchObject([
    { kind: "amount_mismatch" },
  ]);
});

it("a balance transaction of an unknown type is reported; fees and payouts are not", async () => {
  const topUp = await aPaidTopUp(brim);
  const { latest_charge: charge } = await brim.stripe.paymentIntents.retrieve(topUp.paymentIntentId);
  const { data } = await brim.stripe.balanceTransactions.list({ source: String(charge) });
  await changeAtStripe(brim, String(data[0]?.id), { type: "invented", reporting_category: "invented" });

  const unknown = await report();
  await changeAtStripe(brim, String(data[0]?.id), { type: "payout", reporting_category: "payout" });
  const known = await report();

  const ofIt = ({ findings }: typeof unknown) =>
    findings.filter(({ subjectId }) => subjectId === data[0]?.id);
  expect(ofIt(unknown)).toMatchObject([{ kind: "unknown_balance_transaction" }]);
  expect(ofIt(known)).toEqual([]);
});
