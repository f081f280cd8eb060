import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { CustomerActor } from "@/lib/auth";
import { cents } from "@/lib/money";
import { pool, prisma } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { startTopUp, sweepTopUps } from "@/lib/top-ups";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());
beforeEach(() => brim.control("/deliveries/mode", { mode: "drop" }));
afterEach(() => brim.control("/faults", undefined, "DELETE"));

const TEN_DOLLARS = { mode: "payment", amount: cents(1_000n), savePaymentMethod: false } as const;

const actorOf = ({ customerId }: ApiCustomer): CustomerActor => ({
  kind: "customer_key",
  customerId,
  apiKeyId: newId("apiKey"),
  scopes: ["billing:write"],
});

it("while Stripe is away a sweep gives up after a few attempts and leaves the others due", async () => {
  const customer = await aCustomer(brim);
  for (let i = 0; i < 6; i++) {
    const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "10.00" });
    await brim.control(`/checkout/${body.session_id}/pay`, {});
  }
  const later = new Date(Date.now() + 11 * 60_000);
  await brim.control("/faults", { match: { path: "/v1/*" }, reset: true, times: 1_000 });

  const during = await sweepTopUps(later, { pauseMs: 0 });
  await brim.control("/faults", undefined, "DELETE");
  const after = await sweepTopUps(later, { pauseMs: 0 });
  await sweepTopUps(new Date(later.getTime() + 3_600_000), { pauseMs: 0 });

  expect(during).toEqual({ checked: 3, failed: 3 });
  expect(after).toEqual({ checked: 3, failed: 0 });
  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("60.00");
});

it("an intent whose next look cannot be planned does not keep the others waiting, and is reported once", async () => {
  const [stuck, other] = [await aCustomer(brim), await aCustomer(brim)];
  for (const customer of [stuck, other]) {
    const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "10.00" });
    await brim.control(`/checkout/${body.session_id}/pay`, {});
  }
  await pool().query(`
    CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stuck'; END $$;
    CREATE TRIGGER refuse_it BEFORE UPDATE ON topup_intent FOR EACH ROW
    WHEN (OLD.customer_id = '${stuck.customerId}') EXECUTE FUNCTION refuse_it()`);
  const later = new Date(Date.now() + 11 * 60_000);

  const swept = [await sweepTopUps(later, { pauseMs: 0 }), await sweepTopUps(later, { pauseMs: 0 })];
  await pool().query("DROP FUNCTION refuse_it CASCADE");

  expect(swept).toEqual([
    { checked: 2, failed: 1 },
    { checked: 1, failed: 1 },
  ]);
  expect((await other.get("/api/v1/billing/balance")).body.balance_usd).toBe("10.00");
  const where = { customerId: stuck.customerId, kind: "top_up_not_checked" };
  expect(await prisma().alert.count({ where })).toBe(1);
  await sweepTopUps(later, { pauseMs: 0 });
  expect((await stuck.get("/api/v1/billing/balance")).body.balance_usd).toBe("10.00");
});

it("an attempt of the other mode, test or live, is never opened in ours", async () => {
  const customer = await aCustomer(brim);
  await brim.control("/faults", { match: { path: "/v1/checkout/sessions" }, status: 500, times: 100 });
  await expect(startTopUp(actorOf(customer), TEN_DOLLARS, "key")).rejects.toMatchObject({
    kind: "service_unavailable",
  });
  await brim.control("/faults", undefined, "DELETE");
  // As if it had been started before the operator changed the key: the database is the same, Stripe's side another.
  await prisma().topUpIntent.updateMany({
    where: { customerId: customer.customerId },
    data: { livemode: true },
  });

  await expect(startTopUp(actorOf(customer), TEN_DOLLARS, "key")).rejects.toMatchObject({ kind: "conflict" });

  const { stripeCustomerId } = await prisma().stripeCustomer.findFirstOrThrow({
    where: { customerId: customer.customerId },
  });
  const { data } = await brim.stripe.checkout.sessions.list({ customer: stripeCustomerId });
  expect(data).toEqual([]);
});
