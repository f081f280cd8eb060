import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pool, prisma } from "@/lib/platform/db";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { startMailServer } from "@/tests/support/mail-server";
import { aMember } from "@/tests/support/mailbox";
import {
  aPaidTopUp,
  deliverAbout,
  openAlerts,
  type PaidTopUp,
  refundAtStripe,
} from "@/tests/support/paid-top-up";
import { runTasks } from "@/tests/support/tasks";

let brim: RunningBrim;
let mailServer: Awaited<ReturnType<typeof startMailServer>>;

beforeAll(async () => {
  mailServer = await startMailServer();
  brim = await startBrim({ settings: { SMTP_URL: mailServer.url, MAIL_FROM: "billing@brim.example" } });
  await brim.control("/deliveries/mode", { mode: "drop" });
});
beforeEach(() => brim.control("/faults", undefined, "DELETE"));
afterAll(async () => {
  await brim.stop();
  await mailServer.stop();
});

const settle = (type: "created" | "updated" | "failed", id: string) =>
  deliverAbout(brim, `refund.${type}`, { id, object: "refund" });

async function aRefund(topUp: PaidTopUp, amountCents?: number): Promise<string> {
  const refund = await refundAtStripe(brim, topUp, amountCents);
  await settle("created", refund);
  return refund;
}

async function invoiceOf({ sessionId }: PaidTopUp): Promise<string> {
  return String((await brim.stripe.checkout.sessions.retrieve(sessionId)).invoice);
}

const creditNotesOf = async (topUp: PaidTopUp) =>
  (await brim.stripe.creditNotes.list({ invoice: await invoiceOf(topUp) })).data;

const storedNote = async (refund: string) =>
  (await prisma().reversal.findFirstOrThrow({ where: { sourceId: refund } })).creditNoteId;

/** Enqueues the task of an earlier refund again, as after a crash. */
async function repeatTask(name: string, payload: object): Promise<void> {
  await pool().query("SELECT graphile_worker.add_job($1, $2::json)", [name, JSON.stringify(payload)]);
  await runTasks();
}

describe("the credit note of a refund", () => {
  it("is issued once after the refund succeeds, for the amount including tax, and moves no money", async () => {
    const topUp = await aPaidTopUp(brim, { country: "DE" });
    const refund = await aRefund(topUp, 1_190);
    expect(await creditNotesOf(topUp)).toEqual([]); // the credit does not wait for it

    await runTasks();
    await repeatTask("issue-credit-note", { refundId: refund });

    const [note, ...others] = await creditNotesOf(topUp);
    expect(others).toEqual([]);
    expect(note).toMatchObject({
      amount: 1_190,
      subtotal: 1_000,
      refunds: [{ refund, amount_refunded: 1_190 }],
    });
    expect(await storedNote(refund)).toBe(note?.id);
    const refunds = await brim.stripe.refunds.list({ payment_intent: topUp.paymentIntentId });
    expect(refunds.data).toHaveLength(1);
  });

  it("is issued for each of several refunds", async () => {
    const topUp = await aPaidTopUp(brim, { country: "DE" });
    for (const amount of [700, 500, 1_180]) await aRefund(topUp, amount);

    await runTasks();

    expect((await creditNotesOf(topUp)).map(({ amount }) => amount)).toEqual([1_180, 500, 700]);
  });

  it("that was issued in the Dashboard is adopted", async () => {
    const topUp = await aPaidTopUp(brim);
    const refund = await aRefund(topUp, 500);
    const invoice = await invoiceOf(topUp);
    const refunds = [{ refund, amount_refunded: 500 }];
    const { id } = await brim.stripe.creditNotes.create({ invoice, amount: 500, refunds });

    await runTasks();

    expect(await storedNote(refund)).toBe(id);
    expect(await creditNotesOf(topUp)).toHaveLength(1);
  });

  it("is issued once even if the response is lost and Stripe has forgotten the idempotency keys", async () => {
    const topUp = await aPaidTopUp(brim);
    const refund = await aRefund(topUp, 500);
    const match = { method: "POST", path: "/v1/credit_notes" };
    await brim.control("/faults", { match, when: "after_commit", reset: true, times: 3 });

    await runTasks();
    expect(await storedNote(refund)).toBeNull();
    await brim.control("/faults", undefined, "DELETE");
    await repeatTask("issue-credit-note", { refundId: refund });

    expect(await creditNotesOf(topUp)).toHaveLength(1);
    expect(await storedNote(refund)).toBe((await creditNotesOf(topUp))[0]?.id);
  });

  it("is not issued for a refund that has failed; if the refund fails later, it is left to a person", async () => {
    const [before, after] = [await aPaidTopUp(brim), await aPaidTopUp(brim)];
    const early = await aRefund(before, 500);
    await brim.control(`/refunds/${early}/fail`);
    const late = await aRefund(after, 500);
    await runTasks();

    await settle("failed", early);
    await brim.control(`/refunds/${late}/fail`);
    for (const type of ["failed", "updated"] as const) await settle(type, late);

    expect(await creditNotesOf(before)).toEqual([]);
    expect(await openAlerts(before)).toEqual(["refund_failed"]);
    expect(await openAlerts(after)).toEqual(["credit_note_without_refund", "refund_failed"]);
  });

  it("that Stripe refuses is left to a person and is not requested again", async () => {
    const topUp = await aPaidTopUp(brim);
    const invoice = await invoiceOf(topUp);
    await brim.stripe.creditNotes.create({ invoice, amount: 1_800, out_of_band_amount: 1_800 });
    await aRefund(topUp, 500);

    await runTasks();

    expect(await openAlerts(topUp)).toEqual(["credit_note_refused"]);
    const { rows } = await pool().query(
      "SELECT 1 FROM graphile_worker._private_jobs WHERE last_error IS NOT NULL",
    );
    expect(rows).toEqual([]);
  });
});

/** The emails about refunds that an address received; receipts of the top-ups are not counted. */
const mailsOf = (address: string) =>
  mailServer.mails.filter(({ to, text }) => to === address && text.includes("Subject: Refund of"));

describe("the email about a refund", () => {
  it("is sent once to those who manage billing, even if events are delivered again", async () => {
    const topUp = await aPaidTopUp(brim, { country: "DE" });
    const [payer, viewer] = [
      await aMember(topUp.customer, "billing"),
      await aMember(topUp.customer, "viewer"),
    ];
    const refund = await aRefund(topUp, 1_190);

    await runTasks();
    await settle("updated", refund);
    const { customerId } = topUp.customer;
    await repeatTask("mail-customer", { customerId, kind: "refund_succeeded", subjectId: refund });

    const [mail, ...others] = mailsOf(payer);
    expect(others).toEqual([]);
    expect(mail?.text).toContain("Subject: Refund of $11.90");
    expect(mail?.text).toMatch(/Deducted from balance +\$10\.00/);
    expect(mailsOf(viewer)).toEqual([]);
  });

  it("waits until a pending refund has succeeded", async () => {
    const topUp = await aPaidTopUp(brim, { card: "4000000000007726" });
    const payer = await aMember(topUp.customer, "billing");
    const refund = await aRefund(topUp, 500);
    await runTasks();
    expect(mailsOf(payer)).toEqual([]);

    await brim.control(`/refunds/${refund}/succeed`);
    await settle("updated", refund);
    await runTasks();

    expect(mailsOf(payer)).toHaveLength(1);
  });

  it("is retried with the same Message-ID when the mail server rejects it", async () => {
    const topUp = await aPaidTopUp(brim);
    const payer = await aMember(topUp.customer, "billing");
    const refund = await aRefund(topUp, 500);
    mailServer.state.refuse = true;
    await runTasks();
    mailServer.state.refuse = false;
    expect(mailsOf(payer)).toEqual([]);

    await runTasks();

    expect(mailsOf(payer)).toHaveLength(1);
    expect(mailsOf(payer)[0]?.text).toContain(`<refund_succeeded.${refund}.`);
  });
});
