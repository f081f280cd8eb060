import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freezeCustomer } from "@/lib/customers";
import { prisma } from "@/lib/platform/db";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { changeAtStripe } from "@/tests/support/change-at-stripe";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { actionsOn, anOperator, expectRefusedField } from "@/tests/support/operator";
import {
  aPaidTopUp,
  autoTopUpOf,
  balanceOf,
  creditTopUp,
  deliverAbout,
  disputeAtStripe,
  enableAutoTopUp,
  hideDisputeAmount,
  openAlerts,
  type PaidTopUp,
  refundAtStripe,
  reversalTransfers,
  rowOf,
} from "@/tests/support/paid-top-up";
import { changeSettings } from "@/tests/support/settings";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
beforeEach(() => freezeOnDispute("off"));
afterEach(() => expectLedgerVerified());
afterAll(() => brim.stop());

const freezeOnDispute = (setting: "on" | "off") => changeSettings({ FREEZE_ON_DISPUTE: setting });

const disputeEvent = (type: string, id: string) =>
  deliverAbout(brim, `charge.dispute.${type}`, { id, object: "dispute" });
const refundEvent = (type: string, id: string) =>
  deliverAbout(brim, `refund.${type}`, { id, object: "refund" });

/** Changes the dispute at Stripe and delivers its events. */
async function decide(id: string, action: string, ...events: string[]): Promise<void> {
  await brim.control(`/disputes/${id}/${action}`);
  for (const type of events) await disputeEvent(type, id);
}

async function statusOf({ customer }: PaidTopUp): Promise<string> {
  const { customerId } = customer;
  return (await prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } })).status;
}

/** The entries after the credit. */
async function timelineOf(topUp: PaidTopUp): Promise<string[]> {
  const { body } = await topUp.customer.get(`/api/v1/billing/topups/${topUp.topUpIntentId}`);
  const codes = body.timeline.map(({ what }: { what: string }) => what);
  return codes.slice(codes.indexOf("credited") + 1);
}

describe("a dispute", () => {
  it("takes the credit back once, disables auto top-up, and raises an alert with the date when evidence is due", async () => {
    const topUp = await aPaidTopUp(brim, { country: "DE" });
    await enableAutoTopUp(topUp);

    const dispute = await disputeAtStripe(brim, topUp);
    for (const type of ["created", "funds_withdrawn", "created"]) await disputeEvent(type, dispute);

    expect(await balanceOf(topUp)).toBe("0.00");
    expect(await reversalTransfers(topUp)).toEqual(["dispute 20"]);
    expect(await autoTopUpOf(topUp)).toBe("dispute_opened");
    expect(await statusOf(topUp)).toBe("active");
    const { evidence_details } = await brim.stripe.disputes.retrieve(dispute);
    const alert = await prisma().alert.findFirstOrThrow({
      where: { customerId: topUp.customer.customerId, kind: "dispute_opened" },
    });
    const due = new Date((evidence_details.due_by ?? 0) * 1_000).toISOString();
    expect(alert.message).toContain(due);
    expect((await topUp.customer.get(`/api/v1/billing/topups/${topUp.topUpIntentId}`)).body.status).toBe(
      "disputed",
    );
  });

  it("that is won returns the credit; auto top-up stays off until a person enables it", async () => {
    const topUp = await aPaidTopUp(brim);
    await enableAutoTopUp(topUp);
    const dispute = await disputeAtStripe(brim, topUp);
    await disputeEvent("created", dispute);

    await decide(dispute, "win", "closed", "funds_reinstated");

    expect(await balanceOf(topUp)).toBe("20.00");
    expect(await reversalTransfers(topUp)).toEqual(["dispute 20", "dispute_reversal 20"]);
    expect(await rowOf(topUp)).toMatchObject({ disputeState: null, reversedNanos: 0n });
    expect(await autoTopUpOf(topUp)).toBe("dispute_opened");
    expect(await openAlerts(topUp)).toEqual([]);
    expect(await timelineOf(topUp)).toEqual(["disputed", "dispute_won"]);
  });

  it("that is lost returns nothing; if it is won later, it returns the credit", async () => {
    const topUp = await aPaidTopUp(brim);
    const dispute = await disputeAtStripe(brim, topUp);
    await disputeEvent("created", dispute);

    await decide(dispute, "lose", "closed");
    expect(await balanceOf(topUp)).toBe("0.00");
    expect(await rowOf(topUp)).toMatchObject({ disputeState: "lost" });

    await decide(dispute, "allow_appeal", "updated");
    await decide(dispute, "win", "funds_reinstated");
    expect(await balanceOf(topUp)).toBe("20.00");
  });

  it("counts the money that moved, not its status: a lost dispute may have funds reinstated", async () => {
    const topUp = await aPaidTopUp(brim);
    const dispute = await disputeAtStripe(brim, topUp);
    await disputeEvent("created", dispute);
    await brim.control(`/disputes/${dispute}/lose`);
    const { balance_transactions } = await brim.stripe.disputes.retrieve(dispute);
    const reinstated = { ...balance_transactions[0], id: "txn_reinstated", amount: 500, fee: 0, net: 500 };
    await changeAtStripe(brim, dispute, { balance_transactions: [...balance_transactions, reinstated] });

    await disputeEvent("funds_reinstated", dispute);

    expect(await balanceOf(topUp)).toBe("5.00");
    expect(await reversalTransfers(topUp)).toEqual(["dispute 20", "dispute_reversal 5"]);
  });

  it("of a part of the payment takes that part; one that exceeds the payment takes no more than the credit", async () => {
    const [part, whole] = [await aPaidTopUp(brim), await aPaidTopUp(brim)];

    await disputeEvent("created", await disputeAtStripe(brim, part, { amount: 500 }));
    const more = await disputeAtStripe(brim, whole);
    const { balance_transactions } = await brim.stripe.disputes.retrieve(more);
    const taken = { ...balance_transactions[0], amount: -2_600 };
    await changeAtStripe(brim, more, { amount: 2_600, balance_transactions: [taken] });
    await disputeEvent("created", more);

    expect(await balanceOf(part)).toBe("15.00");
    expect(await balanceOf(whole)).toBe("0.00");
  });

  it("that arrives before the credit is applied with it; auto top-up is disabled immediately", async () => {
    const topUp = await aPaidTopUp(brim, { credit: false });
    await enableAutoTopUp(topUp);
    const dispute = await disputeAtStripe(brim, topUp);
    await disputeEvent("created", dispute);
    expect(await reversalTransfers(topUp)).toEqual([]);
    expect(await autoTopUpOf(topUp)).toBe("dispute_opened");

    await creditTopUp(brim, topUp);

    expect(await reversalTransfers(topUp)).toEqual(["dispute 20"]);
    expect(await balanceOf(topUp)).toBe("0.00");
    await decide(dispute, "win", "funds_reinstated", "closed");
    expect(await balanceOf(topUp)).toBe("20.00");
  });

  it("on a partly refunded payment takes only the rest, in either order of events; if it is won, only the refund remains", async () => {
    for (const first of ["refund", "dispute"]) {
      const topUp = await aPaidTopUp(brim);
      const refund = await refundAtStripe(brim, topUp, 500);
      const dispute = await disputeAtStripe(brim, topUp, { amount: 2_000 });
      const tell = {
        refund: () => refundEvent("created", refund),
        dispute: () => disputeEvent("created", dispute),
      };
      await (first === "refund" ? tell.refund() : tell.dispute());
      await (first === "refund" ? tell.dispute() : tell.refund());
      expect(await balanceOf(topUp)).toBe("0.00");

      await decide(dispute, "win", "funds_reinstated", "closed");

      expect(await balanceOf(topUp)).toBe("15.00");
    }
  });

  it("that was won before a refund's event arrives leaves only the refund's part reversed", async () => {
    const topUp = await aPaidTopUp(brim);
    const refund = await refundAtStripe(brim, topUp, 500);
    const dispute = await disputeAtStripe(brim, topUp, { amount: 2_000 });
    await disputeEvent("created", dispute);
    await decide(dispute, "win", "funds_reinstated");
    expect(await balanceOf(topUp)).toBe("20.00");

    await refundEvent("created", refund);

    expect(await balanceOf(topUp)).toBe("15.00");
  });

  it("in another currency is converted at its own rate, or left to a person if it has none", async () => {
    const [euros, yen] = [await aPaidTopUp(brim), await aPaidTopUp(brim)];
    for (const [topUp, change] of [
      [euros, { amount: -1_840, currency: "eur", exchange_rate: 0.92 }],
      [yen, { amount: -3_000, currency: "jpy", exchange_rate: 150 }],
    ] as const) {
      const dispute = await disputeAtStripe(brim, topUp);
      const { balance_transactions } = await brim.stripe.disputes.retrieve(dispute);
      await changeAtStripe(brim, dispute, {
        balance_transactions: [{ ...balance_transactions[0], ...change }],
      });
      await disputeEvent("created", dispute);
    }

    expect(await balanceOf(euros)).toBe("0.00");
    expect(await balanceOf(yen)).toBe("20.00");
    expect(await openAlerts(yen)).toEqual(["dispute_amount_unknown", "dispute_opened"]);
  });
});

describe("the amount of a dispute that Stripe does not report in US dollars", () => {
  const enter = async (id: string, amount_usd: string) => {
    const operator = await anOperator(brim);
    const body = { amount_usd, reason: "Looked up in the Dashboard" };
    return operator.post(`/api/v1/admin/disputes/${id}/amount`, body);
  };
  async function aHiddenDispute(): Promise<{ topUp: PaidTopUp; dispute: string }> {
    const topUp = await aPaidTopUp(brim, { country: "DE" });
    const dispute = await disputeAtStripe(brim, topUp);
    await hideDisputeAmount(brim, dispute);
    await disputeEvent("created", dispute);
    expect(await openAlerts(topUp)).toEqual(["dispute_amount_unknown", "dispute_opened"]);
    return { topUp, dispute };
  }

  it("is entered by a person and recorded once; later events and repeated requests do not change it", async () => {
    const { topUp, dispute } = await aHiddenDispute();

    const answer = await enter(dispute, "11.90");
    await disputeEvent("funds_withdrawn", dispute);
    await enter(dispute, "11.90");

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ topup_intent_id: topUp.topUpIntentId, amount_usd: "11.90" });
    expect(await reversalTransfers(topUp)).toEqual(["dispute 10"]);
    expect(await openAlerts(topUp)).toEqual(["dispute_opened"]);
    expect(await actionsOn(dispute)).toEqual([
      expect.objectContaining({ verb: "enter_dispute_amount", reason: "Looked up in the Dashboard" }),
    ]);
  });

  it("can be corrected, and is requested again when the money moves", async () => {
    const { topUp, dispute } = await aHiddenDispute();
    await enter(dispute, "11.90");
    await enter(dispute, "23.80");
    expect(await balanceOf(topUp)).toBe("0.00");

    await brim.control("/clock", { advance_seconds: 60 });
    await brim.control(`/disputes/${dispute}/win`);
    await hideDisputeAmount(brim, dispute);
    await disputeEvent("funds_reinstated", dispute);

    expect(await balanceOf(topUp)).toBe("0.00");
    expect(await openAlerts(topUp)).toEqual(["dispute_amount_unknown"]);
    expect((await enter(dispute, "0.00")).status).toBe(200);
    expect(await balanceOf(topUp)).toBe("20.00");
    expect(await openAlerts(topUp)).toEqual([]);
  });

  it("is rejected if it exceeds the payment, if Stripe reports it, or if the dispute is not ours", async () => {
    const { topUp, dispute } = await aHiddenDispute();
    const known = await aPaidTopUp(brim);
    const told = await disputeAtStripe(brim, known);

    expectRefusedField(await enter(dispute, "23.81"), "amount_usd");
    expectRefusedField(await enter(dispute, "1.005"), "amount_usd");
    const conflict = await enter(told, "5.00");
    expect([conflict.status, conflict.body.details.reason]).toEqual([409, "amount_known"]);
    expect((await enter("du_unknown", "5.00")).status).toBe(404);
    expect((await enter("nonsense", "5.00")).status).toBe(404);

    expect(await balanceOf(topUp)).toBe("20.00");
    expect(await reversalTransfers(known)).toEqual([]);
    expect(await actionsOn(dispute)).toEqual([]);
  });
});

describe("an inquiry", () => {
  it("only marks the top-up", async () => {
    const topUp = await aPaidTopUp(brim);
    await enableAutoTopUp(topUp);
    freezeOnDispute("on");

    const inquiry = await disputeAtStripe(brim, topUp, { kind: "inquiry" });
    await disputeEvent("created", inquiry);

    expect(await rowOf(topUp)).toMatchObject({ disputeState: "warning_needs_response", reversedNanos: 0n });
    expect(await balanceOf(topUp)).toBe("20.00");
    expect(await autoTopUpOf(topUp)).toBe("on");
    expect(await statusOf(topUp)).toBe("active");
    expect(await openAlerts(topUp)).toEqual(["dispute_inquiry"]);
    await decide(inquiry, "close_warning", "closed");
    expect(await rowOf(topUp)).toMatchObject({ disputeState: null });
    expect(await openAlerts(topUp)).toEqual([]);
  });

  it("that escalates becomes a dispute and keeps its row", async () => {
    const topUp = await aPaidTopUp(brim);
    await enableAutoTopUp(topUp);
    const inquiry = await disputeAtStripe(brim, topUp, { kind: "inquiry" });
    await disputeEvent("created", inquiry);

    await decide(inquiry, "escalate", "updated", "funds_withdrawn");

    expect(await reversalTransfers(topUp)).toEqual(["dispute 20"]);
    expect(await autoTopUpOf(topUp)).toBe("dispute_opened");
    expect(await openAlerts(topUp)).toEqual(["dispute_opened"]);
  });

  it("that is prevented by a refund counts only the refund", async () => {
    const topUp = await aPaidTopUp(brim);
    const inquiry = await disputeAtStripe(brim, topUp, { kind: "inquiry" });
    await disputeEvent("created", inquiry);
    await brim.control(`/disputes/${inquiry}/prevent`);
    const [refund] = (await brim.stripe.refunds.list({ payment_intent: topUp.paymentIntentId })).data;

    await disputeEvent("closed", inquiry);
    await refundEvent("created", refund?.id ?? "");

    expect(await reversalTransfers(topUp)).toEqual(["stripe_refund 20"]);
    expect(await rowOf(topUp)).toMatchObject({ disputeState: null });
  });
});

describe("with FREEZE_ON_DISPUTE", () => {
  beforeEach(() => freezeOnDispute("on"));

  const spend = (topUp: PaidTopUp) =>
    topUp.customer.post("/api/v1/usage/charges", { amount_usd: "1.00", idempotency_key: "spend" });

  it("spending is frozen while the dispute is open and unfrozen when it is won", async () => {
    const topUp = await aPaidTopUp(brim);
    const other = await aPaidTopUp(brim, { customer: topUp.customer });
    const dispute = await disputeAtStripe(brim, topUp);
    await disputeEvent("created", dispute);

    expect(await spend(topUp)).toMatchObject({
      status: 403,
      body: { details: { reason: "account_frozen" } },
    });
    await decide(dispute, "win", "closed");

    expect((await spend(other)).status).toBe(200);
  });

  it("spending stays frozen until the last open dispute is closed", async () => {
    const topUp = await aPaidTopUp(brim);
    const other = await aPaidTopUp(brim, { customer: topUp.customer });
    const [first, second] = [await disputeAtStripe(brim, topUp), await disputeAtStripe(brim, other)];
    for (const dispute of [first, second]) await disputeEvent("created", dispute);

    await decide(first, "win", "closed");
    expect(await statusOf(topUp)).toBe("frozen");
    await decide(second, "win", "closed");

    expect(await statusOf(topUp)).toBe("active");
  });

  it("spending stays frozen after a lost dispute until a person unfreezes it", async () => {
    const topUp = await aPaidTopUp(brim);
    const dispute = await disputeAtStripe(brim, topUp);
    await disputeEvent("created", dispute);

    await decide(dispute, "lose", "closed");

    expect(await statusOf(topUp)).toBe("frozen");
  });

  it.each(["before", "after"])("a freeze by the operator %s the dispute outlasts it", async (when) => {
    const topUp = await aPaidTopUp(brim);
    const { customerId } = topUp.customer;
    if (when === "before") await freezeCustomer(null, { customerId, reason: "suspicious" });
    const dispute = await disputeAtStripe(brim, topUp);
    await disputeEvent("created", dispute);
    if (when === "after") await freezeCustomer(null, { customerId, reason: "suspicious" });

    await decide(dispute, "win", "closed");

    expect(await statusOf(topUp)).toBe("frozen");
  });
});
