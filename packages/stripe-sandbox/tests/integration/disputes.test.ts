import qs from "qs";
import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lastEvent } from "../support/sandbox-events";
import { aPaidCharge, eventsAfter } from "../support/sandbox-payments";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

const DISPUTED = "4000000000000259";
const INQUIRED = "4000000000001976";
const REFUND_PENDING = "4000000000007726";
const DAY = 86_400;

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

const advance = (seconds: number) => sandbox.control("POST", "/clock", { advance_seconds: seconds });

async function aDispute(card = DISPUTED, cents = 6000) {
  const charge = await aPaidCharge(sandbox, { card, cents });
  const [dispute] = (await stripe.disputes.list({ charge: charge.id })).data;
  if (!dispute) throw new Error(`${charge.id} is not disputed`);
  return { charge, dispute };
}

function decide(dispute: Stripe.Dispute, action: string): Promise<Stripe.Dispute> {
  return sandbox.control<Stripe.Dispute>("POST", `/disputes/${dispute.id}/${action}`);
}

function dispute(charge: Stripe.Charge, input: object = {}): Promise<Stripe.Dispute> {
  return sandbox.control<Stripe.Dispute>("POST", `/charges/${charge.id}/dispute`, input);
}

/** Returns only the events of these objects: tests share the clock, so it triggers other events too. */
async function eventsAbout(last: Stripe.Event | undefined, ...ids: string[]): Promise<Stripe.Event[]> {
  const events = await eventsAfter(stripe, last);
  return events.filter((event) => ids.includes((event.data.object as { id: string }).id));
}

async function typesAbout(last: Stripe.Event | undefined, ...ids: string[]): Promise<string[]> {
  return (await eventsAbout(last, ...ids)).map((event) => event.type);
}

async function movementsOf(id: string): Promise<[string, number, number][]> {
  const { data } = await stripe.balanceTransactions.list({ source: id, limit: 100 });
  return data
    .reverse()
    .map(
      ({ reporting_category: category, amount, fee }) => [category, amount, fee] as [string, number, number],
    );
}

describe("a chargeback", () => {
  it("opens right after a payment with its test card, and takes the amount and a fee", async () => {
    const last = await lastEvent(stripe);

    const { charge, dispute } = await aDispute();

    expect(dispute).toMatchObject({
      amount: 6000,
      currency: "usd",
      charge: charge.id,
      payment_intent: charge.payment_intent,
      reason: "fraudulent",
      status: "needs_response",
      is_charge_refundable: false,
      metadata: {},
      payment_method_details: {
        type: "card",
        card: { brand: "visa", case_type: "chargeback", network: "visa", network_reason_code: "10.4" },
      },
      evidence_details: { has_evidence: false, past_due: false, submission_count: 0 },
    });
    expect(dispute.id).toMatch(/^du_1/);
    expect(dispute.evidence_details.due_by).toBe((Math.floor(dispute.created / DAY) + 9) * DAY - 1);
    expect(dispute.balance_transactions).toMatchObject([
      {
        type: "adjustment",
        reporting_category: "dispute",
        amount: -6000,
        fee: 1500,
        net: -7500,
        status: "available",
        source: dispute.id,
        description: `Chargeback withdrawal for ${charge.id}`,
        fee_details: [{ amount: 1500, description: "Dispute fee", type: "stripe_fee" }],
      },
    ]);
    expect((await stripe.charges.retrieve(charge.id)).disputed).toBe(true);
    // The dispute event precedes the success event of its payment.
    expect(await typesAbout(last, charge.id, dispute.id, String(charge.payment_intent))).toEqual([
      "payment_intent.created",
      "charge.succeeded",
      "charge.dispute.created",
      "charge.dispute.funds_withdrawn",
      "payment_intent.succeeded",
    ]);
  });

  it("opens when an authorized payment with its test card is captured", async () => {
    const held = await stripe.paymentIntents.create({
      amount: 6000,
      currency: "usd",
      capture_method: "manual",
      confirm: true,
      payment_method: "pm_card_createDispute",
      return_url: "https://example.com/back",
    });
    const last = await lastEvent(stripe);

    await stripe.paymentIntents.capture(held.id);

    expect((await eventsAfter(stripe, last)).map(({ type }) => type)).toEqual([
      "charge.captured",
      "charge.dispute.created",
      "charge.dispute.funds_withdrawn",
      "payment_intent.succeeded",
    ]);
  });

  it("opens on any charge through the control API, for any amount and reason, by charge or PaymentIntent", async () => {
    const charge = await aPaidCharge(sandbox, { cents: 6000 });

    const part = await dispute(charge, { amount: 2500, reason: "product_not_received" });
    const rest = await sandbox.control<Stripe.Dispute>("POST", `/charges/${charge.payment_intent}/dispute`);

    expect(part).toMatchObject({ amount: 2500, reason: "product_not_received" });
    expect(part.payment_method_details?.card?.network_reason_code).toBe("13.1");
    expect(rest).toMatchObject({ amount: 3500, reason: "fraudulent" });
    await expect(dispute(charge)).rejects.toThrow(/400 .*Nothing is left/s);
    await expect(dispute(charge, { amount: 6001 })).rejects.toThrow(/400 .*larger than/s);
    await expect(dispute(charge, { amount: 0 })).rejects.toThrow(/400/);
    await expect(dispute(charge, { reason: "bad_mood" })).rejects.toThrow(/400/);
    await expect(sandbox.control("POST", "/charges/ch_nope/dispute")).rejects.toThrow(/404/);
  });

  it("cannot be opened on a failed charge", async () => {
    const paid = await aPaidCharge(sandbox);
    const customer = String(paid.customer);
    const session = await stripe.checkout.sessions.create({
      mode: "payment",
      ui_mode: "hosted_page",
      customer,
      success_url: "http://127.0.0.1:9/done",
      line_items: [
        { quantity: 1, price_data: { currency: "usd", unit_amount: 900, product_data: { name: "x" } } },
      ],
    });
    await sandbox.control("POST", `/checkout/${session.id}/pay`, { card: "4000000000000002" });
    const [failed] = (await stripe.charges.list({ customer, limit: 1 })).data;

    expect(failed?.status).toBe("failed");
    await expect(sandbox.control("POST", `/charges/${failed?.id}/dispute`)).rejects.toThrow(
      /400 .*no money that could be disputed/s,
    );
  });

  it("blocks refunds of the charge while it is open, and for good once it is lost", async () => {
    const won = await aDispute();
    const lost = await aDispute();
    const refused = { code: "charge_disputed", statusCode: 400 };

    await expect(stripe.refunds.create({ charge: won.charge.id, amount: 100 })).rejects.toMatchObject({
      ...refused,
      message: `Charge ${won.charge.id} has been charged back; cannot issue a refund.`,
    });
    await decide(won.dispute, "win");
    await decide(lost.dispute, "lose");

    expect((await stripe.refunds.create({ charge: won.charge.id })).status).toBe("succeeded");
    await expect(stripe.refunds.create({ charge: lost.charge.id })).rejects.toMatchObject(refused);
  });

  it("returns the amount, but not the fee, when it is won", async () => {
    const { charge, dispute } = await aDispute();
    const last = await lastEvent(stripe);

    const won = await decide(dispute, "win");

    expect(won).toMatchObject({ status: "won", is_charge_refundable: true });
    expect(won.balance_transactions.map(({ amount, fee }) => [amount, fee])).toEqual([
      [-6000, 1500],
      [6000, 0],
    ]);
    expect(await movementsOf(dispute.id)).toEqual([
      ["dispute", -6000, 1500],
      ["dispute_reversal", 6000, 0],
    ]);
    const events = await eventsAbout(last, dispute.id);
    expect(events.map((event) => event.type)).toEqual([
      "charge.dispute.funds_reinstated",
      "charge.dispute.closed",
    ]);
    expect(events[1]?.data.previous_attributes).toMatchObject({ status: "needs_response" });
    expect((await stripe.charges.retrieve(charge.id)).disputed).toBe(true);
  });

  it("keeps the money withdrawn when it is lost", async () => {
    const { dispute } = await aDispute();
    const last = await lastEvent(stripe);

    const lost = await decide(dispute, "lose");

    expect(lost).toMatchObject({ status: "lost", is_charge_refundable: false });
    expect(await movementsOf(dispute.id)).toEqual([["dispute", -6000, 1500]]);
    expect(await typesAbout(last, dispute.id)).toEqual(["charge.dispute.closed"]);
  });

  it("is lost when no evidence is submitted by the due date", async () => {
    const { dispute } = await aDispute();

    await advance((dispute.evidence_details.due_by ?? 0) - dispute.created - 120);
    const waiting = await stripe.disputes.retrieve(dispute.id);
    await advance(120);

    expect(waiting.status).toBe("needs_response");
    expect((await stripe.disputes.retrieve(dispute.id)).status).toBe("lost");
  });

  it("fails the charge's pending refunds, but not the completed ones", async () => {
    const charge = await aPaidCharge(sandbox, { card: REFUND_PENDING, cents: 5000 });
    const arrived = await stripe.refunds.create({ charge: charge.id, amount: 1000 });
    await advance(60);
    const pending = await stripe.refunds.create({ charge: charge.id, amount: 2000 });
    const last = await lastEvent(stripe);

    const opened = await dispute(charge);

    expect(opened.amount).toBe(4000);
    const failed = await stripe.refunds.retrieve(pending.id);
    expect(failed).toMatchObject({
      status: "failed",
      failure_reason: "charge_for_pending_refund_disputed",
    });
    expect((await stripe.refunds.retrieve(arrived.id)).status).toBe("succeeded");
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 1000, disputed: true });
    expect(await typesAbout(last, opened.id, pending.id)).toEqual([
      "charge.dispute.created",
      "charge.dispute.funds_withdrawn",
      "refund.updated",
      "charge.refund.updated",
      "refund.failed",
    ]);
  });

  it("and a concurrent refund never take more than was paid", async () => {
    for (let round = 0; round < 5; round += 1) {
      const charge = await aPaidCharge(sandbox, { cents: 1000 });

      const [refund] = await Promise.all([
        sandbox.call("POST", "/v1/refunds", `charge=${charge.id}&amount=400`),
        dispute(charge),
      ]);

      const [made] = (await stripe.disputes.list({ charge: charge.id })).data;
      expect(made?.amount).toBe(refund.status === 200 ? 600 : 1000);
      if (refund.status !== 200) expect(refund.json.error.code).toBe("charge_disputed");
    }
  });
});

describe("dispute evidence", () => {
  it("is submitted immediately, and the dispute stays under review", async () => {
    const { charge, dispute } = await aDispute();
    const last = await lastEvent(stripe);

    const after = await stripe.disputes.update(dispute.id, {
      evidence: { product_description: "A prepaid balance", customer_name: "Jenny Rosen" },
    });
    await advance(29 * DAY); // Events are listed for thirty days.

    expect(after).toMatchObject({
      status: "under_review",
      evidence: {
        product_description: "A prepaid balance",
        customer_name: "Jenny Rosen",
        uncategorized_text: null,
      },
      evidence_details: { has_evidence: true, submission_count: 1, submission_method: "manual" },
    });
    expect((await stripe.disputes.retrieve(dispute.id)).status).toBe("under_review");
    expect(await typesAbout(last, dispute.id, charge.id)).toEqual([
      "charge.dispute.updated",
      "charge.updated",
    ]);
  });

  it("is only saved with submit=false, until another request submits it", async () => {
    const { dispute } = await aDispute();

    const staged = await stripe.disputes.update(dispute.id, {
      evidence: { access_activity_log: "signed in" },
      submit: false,
    });
    const noted = await stripe.disputes.update(dispute.id, { metadata: { case: "7" } });
    const handedIn = await stripe.disputes.update(dispute.id, { submit: true });

    expect(staged).toMatchObject({
      status: "needs_response",
      evidence_details: { has_evidence: true, submission_count: 0, submission_method: "not_submitted" },
    });
    expect(noted).toMatchObject({ status: "needs_response", metadata: { case: "7" } });
    expect(handedIn).toMatchObject({ status: "under_review", evidence_details: { submission_count: 1 } });
  });

  it("that contains winning_evidence or losing_evidence decides the dispute a few seconds later", async () => {
    const winning = await aDispute();
    const losing = await aDispute();
    const last = await lastEvent(stripe);

    const first = await stripe.disputes.update(winning.dispute.id, {
      evidence: { uncategorized_text: "winning_evidence" },
    });
    await stripe.disputes.update(losing.dispute.id, { evidence: { uncategorized_text: "losing_evidence" } });
    await advance(5);

    expect(first.status).toBe("under_review");
    expect((await stripe.disputes.retrieve(winning.dispute.id)).status).toBe("won");
    expect((await stripe.disputes.retrieve(losing.dispute.id)).status).toBe("lost");
    expect(await typesAbout(last, winning.dispute.id)).toEqual([
      "charge.dispute.updated",
      "charge.dispute.funds_reinstated",
      "charge.dispute.closed",
    ]);
    expect(await typesAbout(last, losing.dispute.id)).toEqual([
      "charge.dispute.updated",
      "charge.dispute.closed",
    ]);
  });

  it.each([
    [{ evidence: { foo: "1" } }, { code: "parameter_unknown", param: "evidence[foo]" }],
    [{ evidence: { receipt: "file_1" } }, { code: "resource_missing", param: "evidence[receipt]" }],
    [
      { evidence: { appeal: { card: { supporting_files: ["file_1"] } } } },
      { code: "resource_missing", param: "evidence[appeal][card][supporting_files]" },
    ],
    [{ evidence: { appeal: { card: { reason_for_filing: "x" } } } }, { param: "evidence[appeal]" }],
    [
      { evidence: { enhanced_evidence: { visa_compliance: { fee_acknowledged: true } } } },
      { param: "evidence[enhanced_evidence]" },
    ],
    [{ intended_submission_method: "smart_disputes" }, { param: "intended_submission_method" }],
    [{ submit: "maybe" }, { param: "submit" }],
  ])("rejects %j", async (params, error) => {
    const { dispute } = await aDispute();

    const answer = await sandbox.call("POST", `/v1/disputes/${dispute.id}`, qs.stringify(params));

    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({ type: "invalid_request_error", ...error });
  });

  it("and closing are rejected once the dispute is closed", async () => {
    const { dispute } = await aDispute();
    await decide(dispute, "win");

    for (const [path, form] of [
      [`/v1/disputes/${dispute.id}`, "evidence[uncategorized_text]=late"],
      [`/v1/disputes/${dispute.id}/close`, ""],
    ] as const) {
      const { status, json } = await sandbox.call("POST", path, form);
      expect([status, json.error.message]).toEqual([400, "This dispute is already closed"]);
    }
  });
});

describe("closing a dispute", () => {
  it("makes it lost", async () => {
    const { charge, dispute } = await aDispute();
    const last = await lastEvent(stripe);

    const closed = await stripe.disputes.close(dispute.id);

    expect(closed.status).toBe("lost");
    expect(await typesAbout(last, dispute.id, charge.id)).toEqual([
      "charge.dispute.closed",
      "charge.updated",
    ]);
  });
});

describe("an inquiry", () => {
  it("opens with its test card, withdraws nothing, and leaves the charge refundable", async () => {
    const last = await lastEvent(stripe);
    const { charge, dispute } = await aDispute(INQUIRED);

    const refund = await stripe.refunds.create({ charge: charge.id, amount: 1000 });

    expect(dispute).toMatchObject({
      status: "warning_needs_response",
      is_charge_refundable: true,
      balance_transactions: [],
      payment_method_details: { card: { case_type: "inquiry" } },
    });
    expect(refund.status).toBe("succeeded");
    expect(await movementsOf(dispute.id)).toEqual([]);
    expect(await typesAbout(last, dispute.id)).toEqual(["charge.dispute.created"]);
    expect((await stripe.charges.retrieve(charge.id)).disputed).toBe(true);
  });

  it("becomes a chargeback under the same ID when it escalates", async () => {
    const { charge, dispute } = await aDispute(INQUIRED);
    const last = await lastEvent(stripe);

    const escalated = await decide(dispute, "escalate");

    expect(escalated).toMatchObject({
      id: dispute.id,
      status: "needs_response",
      is_charge_refundable: false,
      payment_method_details: { card: { case_type: "chargeback" } },
    });
    expect(await movementsOf(dispute.id)).toEqual([["dispute", -6000, 1500]]);
    const events = await eventsAbout(last, dispute.id, charge.id);
    expect(events.map((event) => event.type)).toEqual([
      "charge.dispute.updated",
      "charge.dispute.funds_withdrawn",
    ]);
    expect(events[0]?.data.previous_attributes).toMatchObject({ status: "warning_needs_response" });
    await expect(stripe.refunds.create({ charge: charge.id })).rejects.toMatchObject({
      code: "charge_disputed",
    });
    expect((await decide(dispute, "win")).status).toBe("won");
  });

  it("is under review after evidence, whose text escalates or closes it", async () => {
    const escalating = await aDispute(INQUIRED);
    const closing = await aDispute(INQUIRED);

    const answered = await stripe.disputes.update(escalating.dispute.id, {
      evidence: { uncategorized_text: "escalate_inquiry_evidence" },
    });
    await stripe.disputes.update(closing.dispute.id, {
      evidence: { uncategorized_text: "winning_evidence" },
    });
    await advance(5);

    expect(answered.status).toBe("warning_under_review");
    expect((await stripe.disputes.retrieve(escalating.dispute.id)).status).toBe("needs_response");
    expect((await stripe.disputes.retrieve(closing.dispute.id)).status).toBe("warning_closed");
  });

  it("accepts evidence after the due date and reports past_due", async () => {
    const { dispute } = await aDispute(INQUIRED);
    await advance(10 * DAY);

    const late = await stripe.disputes.update(dispute.id, { evidence: { customer_name: "Jenny Rosen" } });

    expect(late).toMatchObject({ status: "warning_under_review", evidence_details: { past_due: true } });
  });

  it("is closed by the bank, through the control API, or after 120 days", async () => {
    const now = await aDispute(INQUIRED);
    const later = await aDispute(INQUIRED);
    const last = await lastEvent(stripe);

    await decide(now.dispute, "close_warning");
    const byControl = await typesAbout(last, now.dispute.id, later.dispute.id);
    await advance(120 * DAY);

    expect(byControl).toEqual(["charge.dispute.closed"]);
    // Events are listed for thirty days, so only the later one is still there.
    expect(await typesAbout(last, now.dispute.id, later.dispute.id)).toEqual(["charge.dispute.closed"]);
    for (const { dispute } of [now, later]) {
      expect((await stripe.disputes.retrieve(dispute.id)).status).toBe("warning_closed");
      expect(await movementsOf(dispute.id)).toEqual([]);
    }
  });

  it("cannot escalate once the payment is fully refunded", async () => {
    const { charge, dispute } = await aDispute(INQUIRED);
    await stripe.refunds.create({ charge: charge.id });

    await expect(decide(dispute, "escalate")).rejects.toThrow(/400 .*refunded in full/s);
    await stripe.disputes.update(dispute.id, {
      evidence: { uncategorized_text: "escalate_inquiry_evidence" },
    });
    await advance(5);

    expect((await stripe.disputes.retrieve(dispute.id)).status).toBe("warning_closed");
  });

  it("is prevented by refunding the payment", async () => {
    const { charge, dispute } = await aDispute(INQUIRED);
    const last = await lastEvent(stripe);

    const prevented = await decide(dispute, "prevent");

    expect(prevented).toMatchObject({
      status: "prevented",
      balance_transactions: [],
      payment_method_details: { card: { case_type: "resolution" } },
    });
    const [refund] = (await stripe.refunds.list({ charge: charge.id })).data;
    expect(refund).toMatchObject({ amount: 6000, status: "succeeded" });
    expect(await typesAbout(last, dispute.id, charge.id, refund?.id ?? "")).toEqual([
      "refund.created",
      "charge.refunded",
      "charge.dispute.closed",
    ]);
  });
});

describe("two disputes of one charge", () => {
  it("cannot both withdraw the same money: the second cannot be prevented with a refund while the first holds it", async () => {
    const { charge, dispute: inquiry } = await aDispute(INQUIRED);
    const chargeback = await dispute(charge);

    await expect(decide(inquiry, "prevent")).rejects.toThrow(/400 .*charged back/s);
    await expect(decide(inquiry, "escalate")).rejects.toThrow(/400 .*taken by another dispute/s);
    await decide(chargeback, "win");

    expect((await decide(inquiry, "prevent")).status).toBe("prevented");
    expect((await stripe.refunds.list({ charge: charge.id })).data).toHaveLength(1);
  });
});

describe("an appeal", () => {
  it("reopens a lost dispute, which can then be won", async () => {
    const { dispute } = await aDispute();
    await decide(dispute, "lose");
    const last = await lastEvent(stripe);

    const open = await decide(dispute, "allow_appeal");
    const filed = await stripe.disputes.update(dispute.id, {
      evidence: { appeal: { card: { reason_for_filing: "winning_evidence" } } },
    });
    await advance(5);

    expect(open.status).toBe("appeal_needs_response");
    expect(filed).toMatchObject({
      status: "appeal_under_review",
      evidence: { appeal: { card: { reason_for_filing: "winning_evidence" } } },
    });
    expect((await stripe.disputes.retrieve(dispute.id)).status).toBe("won");
    expect(await movementsOf(dispute.id)).toEqual([
      ["dispute", -6000, 1500],
      ["dispute_reversal", 6000, 0],
    ]);
    expect(await typesAbout(last, dispute.id)).toEqual([
      "charge.dispute.updated",
      "charge.dispute.updated",
      "charge.dispute.funds_reinstated",
      "charge.dispute.closed",
    ]);
  });

  it("that is not filed leaves the dispute lost", async () => {
    const { dispute } = await aDispute();
    await decide(dispute, "lose");
    await decide(dispute, "allow_appeal");

    await advance(10 * DAY);

    expect((await stripe.disputes.retrieve(dispute.id)).status).toBe("lost");
  });
});

describe("the control API for disputes", () => {
  it.each([
    ["needs_response", [], ["escalate", "close_warning", "prevent", "allow_appeal"]],
    ["won", ["win"], ["win", "lose", "escalate", "close_warning", "prevent", "allow_appeal"]],
    ["lost", ["lose"], ["lose", "escalate", "close_warning", "prevent"]],
  ])("rejects actions that a dispute in %s does not allow", async (status, before, impossible) => {
    const { dispute } = await aDispute();
    for (const action of before) await decide(dispute, action);
    const last = await lastEvent(stripe);

    for (const action of impossible) {
      await expect(decide(dispute, action)).rejects.toThrow(new RegExp(`400 .*status ${status} cannot`, "s"));
    }
    expect(await typesAbout(last, dispute.id)).toEqual([]);
  });

  it.each([
    ["warning_needs_response", [], ["win", "lose", "allow_appeal"]],
    ["warning_closed", ["close_warning"], ["win", "lose", "escalate", "close_warning", "prevent"]],
    ["prevented", ["prevent"], ["win", "lose", "escalate", "close_warning", "prevent"]],
  ])("rejects actions that an inquiry in %s does not allow", async (status, before, impossible) => {
    const { dispute } = await aDispute(INQUIRED);
    for (const action of before) await decide(dispute, action);

    for (const action of impossible) {
      await expect(decide(dispute, action)).rejects.toThrow(new RegExp(`400 .*status ${status} cannot`, "s"));
    }
    await expect(sandbox.control("POST", "/disputes/du_nope/win")).rejects.toThrow(/404/);
    await expect(sandbox.control("POST", `/disputes/${dispute.id}/win`, { now: true })).rejects.toThrow(
      /400/,
    );
  });
});

describe("reading disputes", () => {
  it("lists them by charge, PaymentIntent and time, with their charge expanded", async () => {
    const { charge, dispute } = await aDispute();
    const created = { gte: dispute.created, lte: dispute.created };

    const byIntent = await stripe.disputes.list({ payment_intent: String(charge.payment_intent) });
    const byTime = await stripe.disputes.list({ charge: charge.id, created, expand: ["data.charge"] });
    const none = await stripe.disputes.list({ charge: charge.id, created: { gt: dispute.created } });

    expect(byIntent.data).toEqual([dispute]);
    expect(byTime.data[0]?.charge).toMatchObject({ id: charge.id, disputed: true });
    expect(none).toMatchObject({ data: [], has_more: false, url: "/v1/disputes" });
    const { status, json } = await sandbox.call("GET", "/v1/disputes/du_nope");
    expect([status, json.error.message, json.error.param]).toEqual([
      404,
      "No such dispute: 'du_nope'",
      "dispute",
    ]);
  });
});
