import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type AutoCustomer,
  anAutoCustomer,
  autoTopUps,
  availableOf,
  give,
  invoicesAtStripe,
  mailKindsOf,
  ruleOf,
  saveCard,
  spend,
} from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { payOnHostedPage } from "@/tests/support/hosted-invoice";
import { deliverAbout } from "@/tests/support/paid-top-up";
import { SimulatedTime } from "@/tests/support/simulated-time";

let brim: RunningBrim;
let time: SimulatedTime;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
  time = new SimulatedTime(brim);
});
afterEach(() => expectLedgerVerified());
afterAll(() => brim.stop());

/** A customer whose card the bank declines from now on, and who has just fallen below the threshold. */
async function aDeclinedCustomer(declineCode: string, advice?: string): Promise<AutoCustomer> {
  const customer = await anAutoCustomer(brim);
  await declineCard(customer, declineCode, advice);
  await spend(customer, "25.00");
  await time.run(customer);
  return customer;
}

function declineCard({ paymentMethodId }: AutoCustomer, code: string, advice?: string) {
  const body = { decline_code: code, ...(advice && { advice_code: advice }) };
  return brim.control(`/payment_methods/${paymentMethodId}/decline`, body);
}

function acceptCard({ paymentMethodId }: AutoCustomer) {
  return brim.control(`/payment_methods/${paymentMethodId}/accept`);
}

async function stateOf(customer: AutoCustomer): Promise<string> {
  return (await autoTopUps(customer)).map(({ status, attempt }) => `${status} ${attempt}`).join(", ");
}

describe("a temporary decline", () => {
  it("is retried after 24 and 72 hours, then the invoice is voided and the rule disabled", async () => {
    const customer = await aDeclinedCustomer("insufficient_funds");
    expect(await stateOf(customer)).toBe("retry_wait 2");
    await time.pass(23);
    expect(await stateOf(customer)).toBe("retry_wait 2");
    await time.pass(1.1);
    expect(await stateOf(customer)).toBe("retry_wait 3");
    await time.pass(71);
    expect(await stateOf(customer)).toBe("retry_wait 3");
    expect(await ruleOf(customer)).toBe("on");

    await time.pass(1.1);

    expect(await stateOf(customer)).toBe("failed 3");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["void 2000"]);
    expect(await ruleOf(customer)).toBe("card_declined");
    expect(await mailKindsOf(customer)).toEqual(["auto_topup_declined", "auto_topup_disabled"]);
    expect(await availableOf(customer)).toBe("5.00");
  });

  it("is credited when a later attempt succeeds, and the rule stays on", async () => {
    const customer = await aDeclinedCustomer("generic_decline");
    await acceptCard(customer);

    await time.pass(24.1);

    expect(await stateOf(customer)).toBe("succeeded 2");
    expect(await availableOf(customer)).toBe("25.00");
    expect(await ruleOf(customer)).toBe("on");
  });

  it("counts once, however often Stripe reports it", async () => {
    const customer = await aDeclinedCustomer("insufficient_funds");
    const [topUp] = await autoTopUps(customer);
    const invoice = await brim.stripe.invoices.retrieve(topUp?.stripeInvoiceId ?? "", {
      expand: ["payments"],
    });
    const payment = String(invoice.payments?.data[0]?.payment.payment_intent);
    const about = { id: invoice.id, object: "invoice", metadata: invoice.metadata };

    for (let time = 1; time <= 2; time++) {
      await deliverAbout(brim, "invoice.payment_failed", about);
      await deliverAbout(brim, "payment_intent.payment_failed", {
        id: payment,
        object: "payment_intent",
        customer: customer.stripeCustomerId,
      });
    }

    expect(await stateOf(customer)).toBe("retry_wait 2");
  });

  it("is retried at once with a new default card", async () => {
    const customer = await aDeclinedCustomer("insufficient_funds");
    const newCard = await saveCard(brim, customer);

    const { status } = await customer.post(`/api/v1/billing/payment-methods/${newCard}/default`, {});
    await time.run(customer);

    expect(status).toBe(200);
    expect(await stateOf(customer)).toBe("succeeded 2");
    const [topUp] = await autoTopUps(customer);
    expect(topUp?.paymentMethodId).toBe(newCard);
    expect((await customer.get("/api/v1/billing/auto-topup")).body.payment_method_id).toBe(newCard);
  });

  it("is not retried when the customer has topped up in another way", async () => {
    const customer = await aDeclinedCustomer("insufficient_funds");
    await give(customer, 50);

    await time.pass(24.1);

    expect(await stateOf(customer)).toBe("canceled 2");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["void 2000"]);
    expect(await ruleOf(customer)).toBe("on");
  });

  it("is not retried when the customer turns auto top-up off", async () => {
    const customer = await aDeclinedCustomer("insufficient_funds");
    await acceptCard(customer);

    await customer.put("/api/v1/billing/auto-topup", { enabled: false });
    await time.run(customer);

    expect(await stateOf(customer)).toBe("canceled 2");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["void 2000"]);
  });
});

describe("a permanent decline", () => {
  it.each([
    ["lost_card", undefined, "card_declined"],
    ["stolen_card", undefined, "card_declined"],
    ["expired_card", undefined, "payment_method_expired"],
    ["do_not_honor", "do_not_try_again", "card_declined"],
  ])("%s disables the rule at once", async (code, advice, reason) => {
    const customer = await aDeclinedCustomer(code, advice);

    expect(await stateOf(customer)).toBe("failed 1");
    expect(await ruleOf(customer)).toBe(reason);
    expect(await invoicesAtStripe(brim, customer)).toEqual(["void 2000"]);
  });

  it("never reveals that a card was reported stolen", async () => {
    const customer = await aDeclinedCustomer("stolen_card");

    const { body } = await customer.get("/api/v1/billing/topups");

    const [topUp] = body.topups.filter(({ source }: { source: string }) => source === "auto");
    expect(topUp.failure).toEqual({ code: "card_declined", message: "The card was declined." });
  });

  it("is over when the card network replaces the card, but not with one of another brand", async () => {
    const customer = await aDeclinedCustomer("expired_card");
    await acceptCard(customer);
    const { paymentMethodId: id, stripeCustomerId } = customer;
    await brim.control(`/payment_methods/${id}/update`, {});
    const card = { id, object: "payment_method", customer: stripeCustomerId };
    await deliverAbout(brim, "payment_method.automatically_updated", card);

    expect(await ruleOf(customer)).toBe("on");
    await brim.control(`/payment_methods/${id}/update`, { brand: "mastercard" });
    await deliverAbout(brim, "payment_method.automatically_updated", card);
    expect(await ruleOf(customer)).toBe("card_brand_changed");
  });
});

describe("a payment that requires authentication", () => {
  const ALWAYS = "pm_card_authenticationRequired";
  const ALWAYS_NUMBER = "4000002760003184";

  /** A customer who has been asked to confirm the payment, and the page on which that is possible. */
  async function anAskedCustomer() {
    const customer = await anAutoCustomer(brim, { card: ALWAYS });
    await spend(customer, "25.00");
    await time.run(customer);
    expect(await stateOf(customer)).toBe("action_required 1");
    expect(await mailKindsOf(customer)).toEqual(["auto_topup_action_required"]);
    const { body } = await customer.get("/api/v1/billing/auto-topup");
    expect(body.next_action.action).toBe("authenticate");
    return { customer, page: { invoiceHostedUrl: body.next_action.url as string } };
  }

  it("is credited when the customer authenticates on the invoice page, and the rule stays on", async () => {
    const { customer, page } = await anAskedCustomer();

    const shown = await payOnHostedPage(page, { cardNumber: ALWAYS_NUMBER });
    const [topUp] = await autoTopUps(customer);
    const metadata = { customer_id: customer.customerId, topup_intent_id: topUp?.topUpIntentId };
    await deliverAbout(brim, "invoice.paid", { id: topUp?.stripeInvoiceId, object: "invoice", metadata });

    expect(shown).toContain("This invoice was paid");
    expect(await stateOf(customer)).toBe("succeeded 1");
    expect(await availableOf(customer)).toBe("25.00");
    expect(await ruleOf(customer)).toBe("on");
    await time.pass(25);
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect(await mailKindsOf(customer)).toEqual(["auto_topup_action_required", "auto_topup_succeeded"]);
  });

  it("stays open when authentication fails there, and is credited when another card pays, without an event", async () => {
    const { customer, page } = await anAskedCustomer();

    await payOnHostedPage(page, { cardNumber: ALWAYS_NUMBER, answer: "fail" });
    await payOnHostedPage(page, { cardNumber: "4000000000000002" }); // declined
    await time.pass(1);
    expect(await stateOf(customer)).toBe("action_required 1");
    await payOnHostedPage(page, { cardNumber: "4242424242424242" });
    await time.pass(1);

    expect(await stateOf(customer)).toBe("succeeded 1");
    expect(await availableOf(customer)).toBe("25.00");
    expect(await ruleOf(customer)).toBe("on");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
  });

  it("is given up after 24 hours: the invoice is voided and the rule disabled", async () => {
    const { customer, page } = await anAskedCustomer();
    await time.pass(23);
    expect(await stateOf(customer)).toBe("action_required 1");

    await time.pass(1.5);

    expect(await stateOf(customer)).toBe("failed 1");
    expect(await ruleOf(customer)).toBe("authentication_required");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["void 2000"]);
    expect(await mailKindsOf(customer)).toEqual(["auto_topup_action_required", "auto_topup_disabled"]);
    await expect(payOnHostedPage(page, { cardNumber: ALWAYS_NUMBER })).rejects.toThrow("nothing to pay");
    expect(await availableOf(customer)).toBe("5.00");
  });
});
