import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { OperatorActor } from "@/lib/auth";
import { pool, prisma } from "@/lib/platform/db";
import type { ApiKeyId } from "@/lib/platform/ids";
import { refundTopUp, sweepRefundRequests } from "@/lib/refunds";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { aPaidTopUp, balanceOf, type PaidTopUp } from "@/tests/support/paid-top-up";

let brim: RunningBrim;
const OPERATOR: OperatorActor = { kind: "operator_key", apiKeyId: "key_test" as ApiKeyId, scopes: ["admin"] };

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
// The task of a request gives up after three days. In this test it never runs.
beforeEach(() => pool().query("DELETE FROM graphile_worker._private_jobs"));
afterEach(async () => {
  await brim.control("/faults", undefined, "DELETE");
  await expectLedgerVerified();
});
afterAll(() => brim.stop());

let keys = 0;
const MATCH = { method: "POST", path: "/v1/refunds" };
const later = (hours: number) => new Date(Date.now() + hours * 3_600_000);

async function aLostRefund(fault: object): Promise<PaidTopUp> {
  const topUp = await aPaidTopUp(brim, { amount: "20.00" });
  await brim.control("/faults", { match: MATCH, times: 1_000, ...fault });
  const { request } = await refundTopUp(OPERATOR, {
    topUpIntentId: topUp.topUpIntentId,
    amount: null,
    reason: "asked by mail",
    idempotencyKey: `lost-${++keys}`,
  });
  expect(request.status).toBe("pending");
  return topUp;
}

it("a refund whose response was lost is found by the sweep and created once", async () => {
  const topUp = await aLostRefund({ status: 500, when: "after_commit" });
  await brim.control("/faults", undefined, "DELETE");

  const early = await sweepRefundRequests();
  const results = await Promise.all([sweepRefundRequests(later(25)), sweepRefundRequests(later(25))]);

  expect(early.checked).toBe(0); // its task is still trying
  expect(results.map(({ failed }) => failed)).toEqual([0, 0]);
  expect(await balanceOf(topUp)).toBe("0.00");
  const refunds = await brim.stripe.refunds.list({ payment_intent: topUp.paymentIntentId });
  expect(refunds.data).toHaveLength(1);
});

it("a refund whose outcome stays unknown is retried, does not block others, and raises one alert after a day", async () => {
  const stuck = await aLostRefund({ reset: true });
  const other = await aLostRefund({ reset: true });

  await sweepRefundRequests(later(1));
  expect(await prisma().alert.count({ where: { kind: "refund_not_submitted" } })).toBe(0);
  await sweepRefundRequests(later(26));
  await sweepRefundRequests(later(24 * 30));
  const alerts = await prisma().alert.findMany({ where: { kind: "refund_not_submitted" } });
  await brim.control("/faults", undefined, "DELETE");
  const { checked, submitted } = await sweepRefundRequests(later(24 * 31));

  expect(alerts).toHaveLength(2);
  expect({ checked, submitted }).toEqual({ checked: 2, submitted: 2 });
  expect([await balanceOf(stuck), await balanceOf(other)]).toEqual(["0.00", "0.00"]);
});

it("a refund that Stripe rejects permanently is closed", async () => {
  const topUp = await aLostRefund({ reset: true });
  await brim.control("/faults", undefined, "DELETE");
  await brim.stripe.refunds.create({ payment_intent: topUp.paymentIntentId }); // somebody was faster

  const swept = await sweepRefundRequests(later(1));

  expect(swept).toEqual({ checked: 1, submitted: 1, failed: 0 });
  const { customerId } = topUp.customer;
  expect(await prisma().refundRequest.findFirstOrThrow({ where: { customerId } })).toMatchObject({
    status: "failed",
  });
});
