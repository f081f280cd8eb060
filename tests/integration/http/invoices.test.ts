import { afterAll, beforeAll, expect, it } from "vitest";
import { pool, prisma } from "@/lib/platform/db";
import { type ApiCustomer, aCustomer, eventually, type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectRefusedField, walk } from "@/tests/support/operator";
import { invoicedTopUp, topUp } from "@/tests/support/spending";
import { settledDigest } from "@/tests/support/table-digests";

const INVOICES = "/api/v1/billing/invoices";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());

const invoicesOf = async (customer: ApiCustomer) => (await customer.get(INVOICES)).body.invoices;

async function payTopUp(customer: ApiCustomer, details: object = {}): Promise<string> {
  const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "25.00" });
  await brim.control(`/checkout/${body.session_id}/pay`, details);
  await eventually(
    async () => (await customer.get(`/api/v1/billing/topups/${body.topup_intent_id}`)).body.status,
    (status) => status === "succeeded",
  );
  return body.topup_intent_id;
}

it("lists the invoice of each paid top-up with tax and links", async () => {
  const customer = await aCustomer(brim);
  const topUpIntentId = await payTopUp(customer, { address: { country: "DE" } });
  await customer.post("/api/v1/billing/checkout-session", { amount_usd: "30.00" });

  const invoices = await invoicesOf(customer);

  const { data } = await brim.stripe.invoices.list({ limit: 100 });
  const atStripe = data.find(({ metadata }) => metadata?.topup_intent_id === topUpIntentId);
  expect(invoices).toEqual([
    {
      topup_intent_id: topUpIntentId,
      number: atStripe?.number,
      hosted_url: atStripe?.hosted_invoice_url,
      pdf_url: atStripe?.invoice_pdf,
      status: "succeeded",
      source: "checkout",
      amount_usd: "25.00",
      tax_usd: "4.75",
      total_usd: "29.75",
      presentment: null,
      refunded_usd: "0.00",
      created_at: expect.any(String),
      credited_at: expect.any(String),
    },
  ]);
  const topUps = (await customer.get("/api/v1/billing/topups?status=succeeded")).body.topups;
  const { number, hosted_url, pdf_url } = invoices[0];
  expect(topUps[0].invoice).toEqual({ number, hosted_url, pdf_url });
});

it("lists an invoice that is created after the credit at the position of its top-up", async () => {
  const customer = await aCustomer(brim);
  const topUpIntentId = await payTopUp(customer);
  const newer = await invoicedTopUp(customer.customerId, "5.00", "B-0002");
  const known = (await invoicesOf(customer)).at(-1);
  const { data } = await brim.stripe.events.list({ type: "invoice.paid", limit: 100 });
  const paid = data.find((event) => (event.data.object as { number?: string }).number === known.number);
  await eventually(
    () => prisma().stripeEvent.findUnique({ where: { stripeEventId: String(paid?.id) } }),
    (event) => event?.status === "processed",
  );
  await settledDigest(brim); // no other event of that payment brings the invoice back either
  // As if Stripe had created it shortly after the session was read.
  await prisma().topUpIntent.update({
    where: { customerId_topUpIntentId: { customerId: customer.customerId, topUpIntentId } },
    data: { invoiceNumber: null, invoiceHostedUrl: null, invoicePdfUrl: null },
  });
  expect(await invoicesOf(customer)).toMatchObject([{ topup_intent_id: newer }]);

  await brim.control(`/events/${paid?.id}/copy`);

  const invoices = await eventually(
    () => invoicesOf(customer),
    (all) => all.length === 2,
  );
  expect(invoices.map((one: { topup_intent_id: string }) => one.topup_intent_id)).toEqual([
    newer,
    topUpIntentId,
  ]);
});

it("pages through all invoices of the customer, newest first, each once, skipping top-ups without one", async () => {
  const [customer, other] = [await aCustomer(brim), await aCustomer(brim)];
  const numbers = ["A-1", undefined, "A-2", "A-3", undefined, "A-4", "A-5"];
  for (const number of numbers) {
    if (number === undefined) await topUp(customer.customerId, "5.00");
    else await invoicedTopUp(customer.customerId, "5.00", number);
  }
  await invoicedTopUp(other.customerId, "5.00", "B-1");

  const rows = await walk(customer.get, INVOICES, "invoices", 2);

  expect(rows.map((row) => row.number)).toEqual(["A-5", "A-4", "A-3", "A-2", "A-1"]);
  const { body } = await customer.get(`${INVOICES}?limit=1`);
  expectRefusedField(await other.get(`${INVOICES}?cursor=${body.next_cursor}`), "cursor");
  expectRefusedField(await customer.get(`/api/v1/billing/topups?cursor=${body.next_cursor}`), "cursor");
  expectRefusedField(await customer.get(`${INVOICES}?status=paid`), "status");
});

it("tells how much of a top-up was refunded", async () => {
  const customer = await aCustomer(brim);
  const topUpIntentId = await invoicedTopUp(customer.customerId, "5.00", "A-1");
  await prisma().topUpIntent.update({
    where: { customerId_topUpIntentId: { customerId: customer.customerId, topUpIntentId } },
    data: { reversedNanos: 2_000_000_000n },
  });

  expect(await invoicesOf(customer)).toMatchObject([
    { number: "A-1", status: "partially_refunded", refunded_usd: "2.00" },
  ]);
});

it("uses the index even if the customer has many unpaid attempts", async () => {
  const customer = await aCustomer(brim);
  const { customerId } = customer;
  await invoicedTopUp(customerId, "5.00", "A-1");
  await pool().query(
    `INSERT INTO topup_intent (customer_id, topup_intent_id, mode, status, amount_cents, livemode, request_hash,
                               session_params, session_expires_at)
     SELECT $1, 'topup_9' || lpad(n::text, 25, '0'), 'payment', 'expired', 500, false, 'test', '{}', now()
     FROM generate_series(1, 20000) n`,
    [customerId],
  );
  await pool().query("ANALYZE topup_intent");

  const { rows } = await pool().query<{ "QUERY PLAN": string }>(
    `EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off)
     SELECT * FROM topup_intent WHERE customer_id = $1 AND invoice_hosted_url IS NOT NULL
     ORDER BY topup_intent_id DESC LIMIT 21`,
    [customerId],
  );

  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toContain("topup_intent_invoice");
  expect(plan).not.toContain("Rows Removed by Filter");
  expect(await invoicesOf(customer)).toMatchObject([{ number: "A-1" }]);
});
