import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AutomaticTopUp, aCustomerWithCard, automaticTopUp } from "../support/sandbox-automatic-top-up";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

const steps = ["create", "line", "finalize", "pay"] as const;
type Step = (typeof steps)[number];

/** The path of each call, as a fault matches it. */
const paths: Record<Step, string> = {
  create: "/v1/invoices",
  line: "/v1/invoices/in_*",
  finalize: "/v1/invoices/in_*",
  pay: "/v1/invoices/in_*",
};

/** The failures of a call. For all but the last, the caller cannot tell whether the work was done. */
const faults = {
  "500 before the work": { status: 500, when: "before" },
  "500 after the work": { status: 500, when: "after_commit" },
  "a closed connection before the work": { reset: true, when: "before" },
  "a closed connection after the work": { reset: true, when: "after_commit" },
  "409": { status: 409, when: "before" },
  "429": { status: 429, when: "before" },
} as const;
type Fault = keyof typeof faults;

let made = 0;
async function aTopUp() {
  const { customer, card } = await aCustomerWithCard(sandbox);
  made += 1;
  const intent = `topup_fault_${made}`;
  return { customer, topUp: automaticTopUp(stripe, { customer: customer.id, card: card.id, intent }) };
}

/** Makes the four calls; the given one fails with the fault and is retried with the same idempotency key. */
async function payWith(topUp: AutomaticTopUp, at: Step, fault: object): Promise<unknown> {
  let invoice = "";
  let failure: unknown;
  for (const step of steps) {
    const call = async () => {
      if (step === "create") invoice = (await topUp.create()).id;
      else if (step === "line") await topUp.addLine(invoice);
      else if (step === "finalize") await topUp.finalize(invoice);
      else await topUp.pay(invoice);
    };
    if (step === at) {
      await sandbox.control("POST", "/faults", { match: { method: "POST", path: paths[step] }, ...fault });
      failure = await call().catch((error: unknown) => error);
    }
    await call();
  }
  return failure;
}

async function expectOnePayment(customer: string): Promise<void> {
  const invoices = (await stripe.invoices.list({ customer })).data;
  const charges = (await stripe.charges.list({ customer })).data;
  expect(invoices).toMatchObject([{ status: "paid", subtotal: 2500, amount_paid: 2975, attempt_count: 1 }]);
  expect(invoices[0]?.lines.data).toHaveLength(1);
  expect(charges).toMatchObject([{ status: "succeeded", amount: 2975 }]);
  expect((await stripe.paymentIntents.list({ customer })).data).toHaveLength(1);
}

const cases = steps.flatMap((step) =>
  (Object.keys(faults) as Fault[]).map((fault) => [step, fault] as const),
);

it.each(cases)("pays once when %s fails with %s and is retried with the same key", async (step, fault) => {
  const { customer, topUp } = await aTopUp();

  const failure = await payWith(topUp, step, faults[fault]);

  expect(failure).toBeInstanceOf(Error);
  await expectOnePayment(customer.id);
});

it.each([
  ["did not start", "before", "requires_payment_method", "open"],
  ["completed", "after_commit", "succeeded", "paid"],
] as const)(
  "reports the current state when a payment whose response was lost %s",
  async (_name, when, intent, status) => {
    const { topUp } = await aTopUp();
    const draft = await topUp.create();
    await topUp.addLine(draft.id);
    await topUp.finalize(draft.id);
    await sandbox.control("POST", "/faults", {
      match: { path: `/v1/invoices/${draft.id}/pay` },
      status: 500,
      when,
    });

    await topUp.pay(draft.id).catch(() => undefined);
    const read = await stripe.invoices.retrieve(draft.id, {
      expand: ["payments.data.payment.payment_intent"],
    });

    expect(read).toMatchObject({
      status,
      payments: { data: [{ payment: { payment_intent: { status: intent } } }] },
    });
  },
);

it("returns 409 for a retry while the first payment is still running, and charges once", async () => {
  const { customer, topUp } = await aTopUp();
  const draft = await topUp.create();
  await topUp.addLine(draft.id);
  await topUp.finalize(draft.id);
  await sandbox.control("POST", "/faults", {
    match: { path: `/v1/invoices/${draft.id}/pay` },
    delayMs: 1_000,
    when: "after_commit",
  });

  const impatient = await topUp.pay(draft.id, 1, { timeout: 300 }).catch((error: unknown) => error);

  expect(impatient).toMatchObject({ type: "StripeConnectionError" });
  await expect
    .poll(() =>
      topUp.pay(draft.id).then(
        ({ status }) => status,
        () => "busy",
      ),
    )
    .toBe("paid");
  await expectOnePayment(customer.id);
});

it("lists the invoice whose create response was lost, and none when the request failed before any work", async () => {
  const lost = await aTopUp();
  const refused = await aTopUp();
  const fault = (when: string) =>
    sandbox.control("POST", "/faults", {
      match: { method: "POST", path: "/v1/invoices" },
      status: 500,
      when,
    });
  await fault("after_commit");
  await lost.topUp.create().catch(() => undefined);
  await fault("before");
  await refused.topUp.create().catch(() => undefined);

  const since = { created: { gte: lost.customer.created } };
  const found = (await stripe.invoices.list({ customer: lost.customer.id, ...since })).data;
  const none = (await stripe.invoices.list({ customer: refused.customer.id, ...since })).data;

  expect(found).toMatchObject([{ status: "draft", metadata: lost.topUp.metadata }]);
  expect(none).toEqual([]);
});
