import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import {
  type AutoCustomer,
  anAutoCustomer,
  autoTopUps,
  availableOf,
  invoicesAtStripe,
  spend,
} from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { deliverAbout } from "@/tests/support/paid-top-up";
import { SimulatedTime } from "@/tests/support/simulated-time";

let brim: RunningBrim;
let time: SimulatedTime;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
  time = new SimulatedTime(brim);
});
afterEach(async () => {
  await brim.control("/faults", {}, "DELETE");
  await expectLedgerVerified();
});
afterAll(() => brim.stop());

/** The four calls, and the reads between them. `:id` is the invoice's. */
const CALLS = [
  { name: "the creation", method: "POST", path: "/v1/invoices" },
  { name: "the line", method: "POST", path: "/v1/invoices/*" }, // the first call about an invoice
  { name: "the finalization", method: "POST", path: "/v1/invoices/:id/finalize" },
  { name: "the payment", method: "POST", path: "/v1/invoices/:id/pay" },
  { name: "a read", method: "GET", path: "/v1/invoices*" },
] as const;

const FAULTS = [
  { name: "a 500 before anything was done", fault: { status: 500, when: "before" } },
  { name: "a 500 after the effect", fault: { status: 500, when: "after_commit" } },
  { name: "a connection reset after the effect", fault: { reset: true, when: "after_commit" } },
  { name: "a locked object", fault: { status: 429, code: "lock_timeout", when: "before" } },
] as const;

async function aCustomerBelow(): Promise<AutoCustomer> {
  const customer = await anAutoCustomer(brim);
  await spend(customer, "25.00");
  return customer;
}

/** What is stored by then: that Stripe is asked, and the invoice's id. */
const WRITES_BEFORE_LINE = 3;

/** Restarts the work until nothing is left to do, as tasks and the sweep do. */
async function recover(customer: AutoCustomer, { heal = true } = {}): Promise<void> {
  if (heal) await brim.control("/faults", {}, "DELETE");
  for (let round = 1; round <= 3; round++) {
    await prisma().topUpIntent.updateMany({
      where: { customerId: customer.customerId, source: "auto", nextCheckAt: { not: null } },
      data: { nextCheckAt: new Date(0) },
    });
    await time.run(customer);
  }
}

async function expectPaidOnce(customer: AutoCustomer): Promise<void> {
  expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
  expect((await autoTopUps(customer)).map(({ status }) => status)).toEqual(["succeeded"]);
  expect(await availableOf(customer)).toBe("25.00");
}

describe("one paid invoice and one credit remain after", () => {
  const cases = CALLS.flatMap((call) => FAULTS.map((fault) => ({ call, ...fault })));
  // By default the payment with every fault, and each other call with one.
  const first = cases.filter(({ call }, index) => call.name === "the payment" || index % 5 === 1);

  it.each(atDepth({ ci: first, deep: cases }))("$name in $call.name", async ({ call, fault }) => {
    const customer = await aCustomerBelow();
    const { method, path } = call;
    // The process ends when it has stored the invoice's id, so that the fault can name it.
    if (path.includes(":id")) await crashAfter(customer, WRITES_BEFORE_LINE, () => time.run(customer));
    const [topUp] = await autoTopUps(customer);
    const match = { method, path: path.replace(":id", topUp?.stripeInvoiceId ?? "") };
    // The SDK repeats a call twice by itself.
    await brim.control("/faults", { match, times: 3, ...fault });

    await recover(customer, { heal: false }).catch(() => undefined);
    const { faults } = await brim.control("/faults", undefined, "GET");
    expect((faults as { times: number }[])[0]?.times ?? 0).toBeLessThan(3); // it was taken
    await recover(customer);

    await expectPaidOnce(customer);
  });

  it("a payment whose answer was lost and that only the webhook tells of", async () => {
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

  it("a crash between any two writes", async () => {
    // Each write of the top-up moves its version. The process dies after the first, the second, and so on.
    for (let survived = 1; survived <= atDepth({ ci: 6, deep: 8 }); survived++) {
      const customer = await aCustomerBelow();
      await crashAfter(customer, survived, () => time.run(customer));

      await recover(customer);

      await expectPaidOnce(customer);
    }
  });
});

/** Lets `work` fail at its n-th write of the customer's automatic top-up, as a crash of the process at that point. */
async function crashAfter(
  { customerId }: AutoCustomer,
  writes: number,
  work: () => Promise<void>,
): Promise<void> {
  await prisma().$executeRawUnsafe(`
    CREATE OR REPLACE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.customer_id = '${customerId}' AND NEW.version >= ${writes} THEN RAISE EXCEPTION 'crash'; END IF;
      RETURN NEW;
    END $$`);
  await prisma().$executeRawUnsafe(`
    CREATE TRIGGER crash BEFORE UPDATE ON topup_intent FOR EACH ROW
    WHEN (NEW.source = 'auto' AND NEW.version > OLD.version) EXECUTE FUNCTION crash()`);
  try {
    await work().catch(() => undefined);
  } finally {
    await prisma().$executeRawUnsafe("DROP TRIGGER crash ON topup_intent");
  }
}
