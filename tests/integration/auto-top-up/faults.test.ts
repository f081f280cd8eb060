import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AutoCustomer,
  anAutoCustomer,
  autoTopUps,
  availableOf,
  finishCharge,
  invoicesAtStripe,
  mailKindsOf,
  makeDue,
  spend,
} from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { crashAtWrite, installCrashPoints, removeCrashPoints, WRITES } from "@/tests/support/crash-points";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { deliverAbout } from "@/tests/support/paid-top-up";
import { SimulatedTime } from "@/tests/support/simulated-time";

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

/** The four calls, and the reads between them. `:id` is the invoice's. */
const CALLS = [
  { name: "the creation", method: "POST", path: "/v1/invoices" },
  { name: "the line", method: "POST", path: "/v1/invoices/*" }, // the first call about an invoice
  { name: "the finalization", method: "POST", path: "/v1/invoices/:id/finalize" },
  { name: "the payment", method: "POST", path: "/v1/invoices/:id/pay" },
  { name: "a read", method: "GET", path: "/v1/invoices/:id" },
] as const;

const FAULTS = [
  { name: "a 500 before anything was done", fault: { status: 500, when: "before" } },
  { name: "a 500 after the effect", fault: { status: 500, when: "after_commit" } },
  { name: "a connection reset after the effect", fault: { reset: true, when: "after_commit" } },
  { name: "a locked object", fault: { status: 429, code: "lock_timeout", when: "before" } },
] as const;

const cases = CALLS.flatMap((call) => FAULTS.map((fault) => ({ call, ...fault })));
// By default the payment with every fault, and each other call with one.
const some = cases.filter(({ call }, index) => call.name === "the payment" || index % 5 === 1);
const chosen = atDepth({ ci: some, deep: cases });

/** The SDK repeats a call twice by itself. */
const TIMES = 3;

async function aCustomerBelow(): Promise<AutoCustomer> {
  const customer = await anAutoCustomer(brim, { tasks: false });
  await spend(customer, "25.00");
  return customer;
}

/** Lets a call fail, until as often as the fault occurs the task or the sweep has tried. */
async function failAt(path: string, method: string, fault: object, customer: AutoCustomer): Promise<void> {
  const match = { method, path };
  await brim.control("/faults", { match, times: TIMES, ...fault });
  for (let round = 1; round <= TIMES; round++) {
    await makeDue(customer);
    await time.run(customer).catch(() => undefined);
  }
  const { faults } = await brim.control("/faults", undefined, "GET");
  expect((faults as { match: object }[]).map((one) => one.match)).not.toContainEqual(match); // all were taken
}

async function expectPaidOnce(customer: AutoCustomer): Promise<void> {
  expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
  expect((await autoTopUps(customer)).map(({ status }) => status)).toEqual(["succeeded"]);
  expect(await availableOf(customer)).toBe("25.00");
  expect(await mailKindsOf(customer)).toEqual(["auto_topup_succeeded"]);
}

const namesInvoice = ({ call }: (typeof cases)[number]) => call.path.includes(":id");

// One at a time, because the path of these calls names no invoice.
describe("one paid invoice and one credit remain after", () => {
  it.each(chosen.filter((one) => !namesInvoice(one)))(
    "$name in $call.name",
    async ({ call: { path, method }, fault }) => {
      const customer = await aCustomerBelow();

      await failAt(path, method, fault, customer);
      await finishCharge(time, customer);

      await expectPaidOnce(customer);
    },
  );
});

describe.concurrent("side by side, one paid invoice and one credit remain after", () => {
  it.each(chosen.filter(namesInvoice))("$name in $call.name", async ({ call: { path, method }, fault }) => {
    const customer = await aCustomerBelow();
    // The process ends when it has stored the invoice's id, so that the fault can name it.
    await crashAtWrite(customer, WRITES.line, () => time.run(customer));
    const [topUp] = await autoTopUps(customer);

    await failAt(path.replace(":id", topUp?.stripeInvoiceId ?? ""), method, fault, customer);
    await finishCharge(time, customer);

    await expectPaidOnce(customer);
  });

  it("a payment whose response was lost and that only the webhook reports", async () => {
    const customer = await aCustomerBelow();
    await time.run(customer);
    const [topUp] = await autoTopUps(customer);
    const invoice = await brim.stripe.invoices.retrieve(topUp?.stripeInvoiceId ?? "");
    const about = { id: invoice.id, object: "invoice", metadata: invoice.metadata };

    for (const type of ["invoice.paid", "invoice.paid", "invoice.payment_succeeded"]) {
      await deliverAbout(brim, type, about, type === "invoice.payment_succeeded" ? "unhandled" : "processed");
    }

    await expectPaidOnce(customer);
  });

  it.each(Object.entries(WRITES))("a crash at the write %s", async (_name, write) => {
    const customer = await aCustomerBelow();

    await crashAtWrite(customer, write, () => time.run(customer));
    await finishCharge(time, customer);

    await expectPaidOnce(customer);
  });
});
