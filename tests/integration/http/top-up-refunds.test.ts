import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createApiKey } from "@/lib/api-keys";
import { callerWith, type RunningBrim, startBrim } from "@/tests/support/brim";
import { aPaidTopUp, balanceOf, disputeAtStripe } from "@/tests/support/paid-top-up";
import { changeSettings } from "@/tests/support/settings";

let brim: RunningBrim;
let operator: ReturnType<typeof callerWith>;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
  const { secret } = await createApiKey({ customerId: null, name: "operator", scopes: "all" });
  operator = callerWith(brim, secret);
});
beforeEach(() => changeSettings({ CUSTOMER_REFUNDS: "24" }));
afterAll(() => brim.stop());

const adminPath = (topUpIntentId: string) => `/api/v1/admin/topups/${topUpIntentId}/refund`;
const ownPath = (topUpIntentId: string) => `/api/v1/billing/topups/${topUpIntentId}/refund`;

it("the operator previews a refund without a key or a reason, then creates it", async () => {
  const topUp = await aPaidTopUp(brim, { country: "DE" });
  const path = adminPath(topUp.topUpIntentId);

  const preview = await operator.post(path, { amount_usd: "11.90", dry_run: true });
  const refund = await operator.post(path, {
    amount_usd: 11.9,
    reason: "asked by mail",
    idempotency_key: "k1",
  });

  const amounts = { amount_usd: "11.90", credit_usd: "10.00", tax_usd: "1.90" };
  expect(preview).toMatchObject({
    status: 200,
    body: { ...amounts, status: "preview", balance_usd: "20.00", balance_after_usd: "10.00" },
  });
  expect(refund).toMatchObject({ status: 200, body: { ...amounts, status: "submitted", balance_usd: null } });
  expect(refund.body.stripe_refund_id).toMatch(/^re_/);
  expect(await balanceOf(topUp)).toBe("10.00");
});

it("a repeated key returns the same refund", async () => {
  const topUp = await aPaidTopUp(brim);
  const send = () => topUp.customer.post(ownPath(topUp.topUpIntentId), {}, { "Idempotency-Key": "again" });

  const [first, second] = [await send(), await send()];

  expect(first.status).toBe(200);
  expect(second.body).toEqual(first.body);
  const { data } = await brim.stripe.refunds.list({ payment_intent: topUp.paymentIntentId });
  expect(data).toHaveLength(1);
});

it("explains why a top-up cannot be refunded", async () => {
  const [topUp, disputed] = [await aPaidTopUp(brim), await aPaidTopUp(brim)];
  await disputeAtStripe(brim, disputed);
  const body = { reason: "asked by mail", idempotency_key: "k2" };

  const tooMuch = await operator.post(adminPath(topUp.topUpIntentId), { ...body, amount_usd: "20.01" });
  const refused = await operator.post(adminPath(disputed.topUpIntentId), { ...body, idempotency_key: "k3" });
  changeSettings({ CUSTOMER_REFUNDS: "off" });
  const off = await topUp.customer.post(ownPath(topUp.topUpIntentId), { idempotency_key: "k4" });

  expect(tooMuch).toMatchObject({
    status: 409,
    body: { error: "CONFLICT", details: { reason: "amount_too_large", refundable_usd: "20.00" } },
  });
  expect(refused).toMatchObject({ status: 409, body: { details: { reason: "stripe_refused" } } });
  expect(off).toMatchObject({ status: 409, body: { details: { reason: "refunds_off" } } });
});

it("requires a reason, an idempotency key and a positive number of whole cents", async () => {
  const topUp = await aPaidTopUp(brim);
  const path = adminPath(topUp.topUpIntentId);
  const issues = async (body: object) => {
    const answer = await operator.post(path, body);
    expect(answer.status).toBe(400);
    return answer.body.details.issues.map((issue: { path: string }) => issue.path);
  };

  expect(await issues({ idempotency_key: "k5" })).toEqual(["reason"]);
  expect(await issues({ reason: "asked by mail" })).toEqual(["idempotency_key"]);
  expect(await issues({ reason: "x", amount_usd: "0", idempotency_key: "k6" })).toEqual(["amount_usd"]);
  expect(await issues({ reason: "x", amount_usd: "1.001", idempotency_key: "k7" })).toEqual(["amount_usd"]);
});
