import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AutoCustomer,
  anAutoCustomer,
  autoTopUps,
  invoicesAtStripe,
  saveCard,
  spend,
} from "@/tests/support/auto-top-up";
import { aMember, type Mailbox, startMailbox } from "@/tests/support/mailbox";
import { aPaidTopUp } from "@/tests/support/paid-top-up";
import { changeSettings } from "@/tests/support/settings";
import { SimulatedTime } from "@/tests/support/simulated-time";
import { runTasks } from "@/tests/support/tasks";

let mailbox: Mailbox;
let time: SimulatedTime;

beforeAll(async () => {
  mailbox = await startMailbox();
  time = new SimulatedTime(mailbox.brim);
});
afterAll(() => mailbox.stop());

const ADDED = "Auto top-up: $20.00 added to your balance";
const DECLINED = "Your auto top-up of $20.00 was declined";
const CONFIRM = "Confirm your auto top-up payment of $20.00";
const TURNED_OFF = "Auto top-up was turned off";

/** A customer who falls below the threshold, and whose card is then evaluated. */
async function aLowCustomer(options: { card?: string; declineCode?: string } = {}) {
  const { card, declineCode } = options;
  const customer = await anAutoCustomer(mailbox.brim, { ...(card && { card }) });
  const owner = await aMember(customer);
  if (declineCode) await declineCard(customer, declineCode);
  await spend(customer, "25.00");
  await time.run(customer);
  return { customer, owner };
}

function declineCard({ paymentMethodId }: AutoCustomer, code: string) {
  return mailbox.brim.control(`/payment_methods/${paymentMethodId}/decline`, { decline_code: code });
}

async function textsOf(owner: string): Promise<string> {
  return (await mailbox.mailsOf(owner)).map(({ text }) => text).join("\n");
}

describe("an automatic top-up", () => {
  it("that succeeds sends one email even if receipts are off, and none for crossings during the cooldown", async () => {
    changeSettings({ TOP_UP_RECEIPTS: "false" });
    const { customer, owner } = await aLowCustomer();
    for (let crossing = 0; crossing < 5; crossing++) {
      await spend(customer, "4.00");
      await time.run(customer);
    }
    changeSettings({ TOP_UP_RECEIPTS: "" });

    await runTasks();
    await runTasks();

    expect(await invoicesAtStripe(mailbox.brim, customer)).toEqual(["paid 2000"]);
    expect(await mailbox.subjectsOf(owner)).toEqual([ADDED]);
    const text = await textsOf(owner);
    expect(text).toContain(
      "Your balance fell below $10.00, so we charged Visa ending in 4242 as you agreed.",
    );
    expect(text).toMatch(/^Balance after +\$25\.00$/m);
  });

  it("has an invoice in the list, with its page and PDF, like a manual top-up", async () => {
    const { customer } = await aLowCustomer();
    const byHand = await aPaidTopUp(mailbox.brim, { customer });

    const { body } = await customer.get("/api/v1/billing/invoices");

    const [auto] = await autoTopUps(customer);
    const ids = body.invoices.map(({ topup_intent_id }: { topup_intent_id: string }) => topup_intent_id);
    expect(ids).toEqual([byHand.topUpIntentId, auto?.topUpIntentId]);
    for (const { hosted_url, pdf_url } of body.invoices) {
      for (const link of [hosted_url, pdf_url]) expect((await fetch(link)).status).toBe(200);
    }
  });

  it("that is declined sends an email about the first decline and one when it is given up", async () => {
    const { owner } = await aLowCustomer({ declineCode: "insufficient_funds" });
    await runTasks();
    expect(await mailbox.subjectsOf(owner)).toEqual([DECLINED]);
    expect(await textsOf(owner)).toMatch(/^Next try +\w+ \d+, \d{4}, \d+:\d\d [AP]M UTC$/m);

    await time.pass(24.1);
    await runTasks();
    expect(await mailbox.subjectsOf(owner)).toEqual([DECLINED]);
    await time.pass(72.1);
    await runTasks();

    expect(await mailbox.subjectsOf(owner)).toEqual([DECLINED, TURNED_OFF]);
    expect(await textsOf(owner)).toContain(
      "The card was declined. Choose another card and turn auto top-up on again.",
    );
  });

  it("that was declined and then paid before the email could be sent is only reported as paid", async () => {
    mailbox.server.refuse = true;
    const { customer, owner } = await aLowCustomer({ declineCode: "insufficient_funds" });
    await runTasks();
    await mailbox.brim.control(`/payment_methods/${customer.paymentMethodId}/accept`);
    await time.pass(24.1);
    mailbox.server.refuse = false;

    await runTasks();
    await runTasks();

    expect(await mailbox.subjectsOf(owner)).toEqual([ADDED]);
  });

  it("that requires authentication sends its link, and then the outcome", async () => {
    const card = "pm_card_authenticationRequired";
    const [patient, idle] = [await aLowCustomer({ card }), await aLowCustomer({ card })];
    await runTasks();
    const [topUp] = await autoTopUps(patient.customer);
    for (const { owner } of [patient, idle]) expect(await mailbox.subjectsOf(owner)).toEqual([CONFIRM]);
    const [mail] = await mailbox.mailsOf(patient.owner);
    const link = String(topUp?.invoiceHostedUrl);
    expect(mail?.html).toContain(`href="${link.replaceAll("&", "&amp;")}"`);
    expect(mail?.text).toContain(link);

    await mailbox.brim.stripe.invoices.pay(topUp?.stripeInvoiceId ?? "", {
      off_session: true,
      payment_method: await saveCard(mailbox.brim, patient.customer),
    });
    await time.pass(24.1);
    await runTasks();

    expect(await mailbox.subjectsOf(patient.owner)).toEqual([CONFIRM, ADDED]);
    expect(await textsOf(patient.owner)).toContain("You paid the invoice of an auto top-up");
    expect(await mailbox.subjectsOf(idle.owner)).toEqual([CONFIRM, TURNED_OFF]);
  });
});
