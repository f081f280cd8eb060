import { afterAll, beforeAll, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import type { TopUpId } from "@/lib/platform/ids";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectRefusedField, walk } from "@/tests/support/operator";
import { topUp, usd } from "@/tests/support/spending";

const TOP_UPS = "/api/v1/billing/topups";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());

const start = async (customer: ApiCustomer, body: Record<string, unknown>) =>
  (await customer.post("/api/v1/billing/checkout-session", body)).body as {
    topup_intent_id: string;
    session_id: string;
  };

async function idsOf(customer: ApiCustomer, query: string): Promise<string[]> {
  const rows = await walk(customer.get, `${TOP_UPS}?${query}`, "topups", 100);
  return rows.map((row) => String(row.topup_intent_id));
}

it("lists payments, saved cards, or both, newest first, like a single top-up without its timeline", async () => {
  const customer = await aCustomer(brim);
  const payment = await start(customer, { amount_usd: "25.00" });
  const setup = await start(customer, { mode: "setup" });
  const newer = await start(customer, { amount_usd: "30.00" });

  expect(await idsOf(customer, "")).toEqual([newer.topup_intent_id, payment.topup_intent_id]);
  expect(await idsOf(customer, "mode=setup")).toEqual([setup.topup_intent_id]);
  expect(await idsOf(customer, "mode=all")).toEqual([
    newer.topup_intent_id,
    setup.topup_intent_id,
    payment.topup_intent_id,
  ]);
  const { timeline: _, ...one } = (await customer.get(`${TOP_UPS}/${newer.topup_intent_id}`)).body;
  expect((await customer.get(`${TOP_UPS}?limit=1`)).body.topups).toEqual([one]);
});

it("filters by the status, including refunds and disputes", async () => {
  const customer = await aCustomer(brim);
  const { customerId } = customer;
  const open = (await start(customer, { amount_usd: "25.00" })).topup_intent_id;
  const expired = await start(customer, { amount_usd: "25.00" });
  await brim.control(`/checkout/${expired.session_id}/expire`);
  await expect.poll(() => idsOf(customer, "status=expired")).toEqual([expired.topup_intent_id]);
  const partly = await topUp(customerId, "10.00");
  const [refunded, disputed, kept] = [
    await topUp(customerId, "10.00"),
    await topUp(customerId, "10.00"),
    await topUp(customerId, "10.00"),
  ];
  const change = (topUpIntentId: TopUpId, data: object) =>
    prisma().topUpIntent.update({
      where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
      data,
    });
  await change(partly, { reversedNanos: usd("4.00") });
  await change(refunded, { reversedNanos: usd("10.00") });
  await change(disputed, { disputeState: "needs_response", reversedNanos: usd("10.00") });

  const byStatus: Record<string, string[]> = {};
  for (const status of ["open", "expired", "partially_refunded", "refunded", "disputed", "succeeded"]) {
    byStatus[status] = await idsOf(customer, `status=${status}`);
  }

  expect(byStatus).toEqual({
    open: [open],
    expired: [expired.topup_intent_id],
    partially_refunded: [partly],
    refunded: [refunded],
    disputed: [disputed],
    succeeded: [kept],
  });
  const all = await walk(customer.get, TOP_UPS, "topups", 2);
  for (const [status, ids] of Object.entries(byStatus)) {
    expect(all.filter((row) => row.status === status).map((row) => row.topup_intent_id)).toEqual(ids);
  }
});

it("pages through the customer's own attempts, each once", async () => {
  const [customer, other] = [await aCustomer(brim), await aCustomer(brim)];
  for (let n = 0; n < 5; n++) await topUp(customer.customerId, "10.00");
  await topUp(other.customerId, "10.00");

  const rows = await walk(customer.get, TOP_UPS, "topups", 2);

  expect(rows).toHaveLength(5);
  expect(new Set(rows.map((row) => row.topup_intent_id)).size).toBe(5);
  const { body } = await customer.get(`${TOP_UPS}?limit=1`);
  expectRefusedField(await other.get(`${TOP_UPS}?cursor=${body.next_cursor}`), "cursor");
  expectRefusedField(await customer.get(`/api/v1/billing/records?cursor=${body.next_cursor}`), "cursor");
});

it.each([
  ["mode=auto", "mode"],
  ["status=paid", "status"],
  ["status=open,expired", "status"],
  ["limit=0", "limit"],
  ["cursor=abc", "cursor"],
  ["type=credit", "type"],
])("rejects ?%s", async (query, field) => {
  const customer = await aCustomer(brim);

  expectRefusedField(await customer.get(`${TOP_UPS}?${query}`), field);
});
