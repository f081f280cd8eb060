import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { CustomerActor } from "@/lib/auth";
import { cents } from "@/lib/money";
import { pool, prisma, withTransaction } from "@/lib/platform/db";
import { newId, type TopUpId } from "@/lib/platform/ids";
import { settleTopUp, startTopUp, sweepTopUps } from "@/lib/top-ups";
import { type ApiCustomer, aCustomer, eventually, type RunningBrim, startBrim } from "@/tests/support/brim";

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

it("the sweep stops after a few attempts while Stripe is unavailable, and the others stay due", async () => {
  const customer = await aCustomer(brim);
  for (let i = 0; i < 6; i++) {
    const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "10.00" });
    await brim.control(`/checkout/${body.session_id}/pay`, {});
  }
  const later = new Date(Date.now() + 11 * 60_000);
  await brim.control("/faults", { match: { path: "/v1/*" }, reset: true, times: 1_000 });

  const during = await sweepTopUps(later);
  await brim.control("/faults", undefined, "DELETE");
  const after = await sweepTopUps(later);
  await sweepTopUps(new Date(later.getTime() + 3_600_000));

  expect(during).toEqual({ checked: 3, failed: 3 });
  expect(after).toEqual({ checked: 3, failed: 0 });
  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("60.00");
});

it("an intent whose next check cannot be scheduled does not block the others, and is reported once", async () => {
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

  const swept = [await sweepTopUps(later), await sweepTopUps(later)];
  await pool().query("DROP FUNCTION refuse_it CASCADE");

  expect(swept).toEqual([
    { checked: 2, failed: 1 },
    { checked: 1, failed: 1 },
  ]);
  expect((await other.get("/api/v1/billing/balance")).body.balance_usd).toBe("10.00");
  const where = { customerId: stuck.customerId, kind: "top_up_not_checked" };
  expect(await prisma().alert.count({ where })).toBe(1);
  await sweepTopUps(later);
  expect((await stuck.get("/api/v1/billing/balance")).body.balance_usd).toBe("10.00");
});

it("an intent of the other mode (live or test) is never opened in the current mode", async () => {
  const customer = await aCustomer(brim);
  await brim.control("/faults", { match: { path: "/v1/checkout/sessions" }, status: 500, times: 100 });
  await expect(startTopUp(actorOf(customer), TEN_DOLLARS, "key")).rejects.toMatchObject({
    kind: "service_unavailable",
  });
  await brim.control("/faults", undefined, "DELETE");
  // As if it was started before the operator changed the key: the same database, but another mode at Stripe.
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

const SESSIONS = { method: "POST", path: "/v1/checkout/sessions" };

const intentOf = ({ customerId }: ApiCustomer) =>
  prisma().topUpIntent.findFirstOrThrow({ where: { customerId } });

/** Every session of a customer at Stripe. */
async function sessionsOf({ customerId }: ApiCustomer) {
  const { stripeCustomerId } = await prisma().stripeCustomer.findFirstOrThrow({ where: { customerId } });
  return (await brim.stripe.checkout.sessions.list({ customer: stripeCustomerId })).data;
}

it("a paid session whose id was never stored is credited", async () => {
  const customer = await aCustomer(brim);
  await brim.control("/faults", { match: SESSIONS, reset: true, when: "after_commit", times: 100 });
  await expect(startTopUp(actorOf(customer), TEN_DOLLARS, "key")).rejects.toMatchObject({
    kind: "service_unavailable",
  });
  await brim.control("/faults", undefined, "DELETE");
  const [session] = await sessionsOf(customer);
  await brim.control(`/checkout/${session?.id}/pay`, {});
  expect(await intentOf(customer)).toMatchObject({ status: "created", stripeSessionId: null });

  await sweepTopUps(new Date(Date.now() + 11 * 60_000));

  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("10.00");
  expect(await intentOf(customer)).toMatchObject({ status: "succeeded", stripeSessionId: session?.id });
});

it("a claim that returns false leaves a paid top-up unchanged", async () => {
  const customer = await aCustomer(brim);
  const { intent, sessionId } = await startTopUp(actorOf(customer), TEN_DOLLARS, null);
  await brim.control(`/checkout/${sessionId}/pay`, {});
  const ref = { customerId: customer.customerId, topUpIntentId: intent.topUpIntentId as TopUpId };

  const outcome = await settleTopUp(ref, sessionId, { claim: async () => false });

  expect(outcome).toBe("duplicate");
  expect(await intentOf(customer)).toMatchObject({ status: "open", creditedAt: null });
  expect(await settleTopUp(ref, sessionId, { claim: async () => true })).toBe("credit");
});

it("a session whose response arrives after a later attempt is not attached, and is expired", async () => {
  const customer = await aCustomer(brim);
  await brim.control("/faults", { match: SESSIONS, status: 500, times: 100 });
  await expect(startTopUp(actorOf(customer), TEN_DOLLARS, "key")).rejects.toMatchObject({
    kind: "service_unavailable",
  });
  await brim.control("/faults", undefined, "DELETE");

  const { starting, late } = await withTransaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM topup_intent WHERE customer_id = ${customer.customerId} FOR UPDATE`;
    const answer = startTopUp(actorOf(customer), TEN_DOLLARS, "key");
    await eventually(waitingForALock, (count) => count > 0);
    const [session] = await sessionsOf(customer);
    await tx.topUpIntent.updateMany({
      where: { customerId: customer.customerId },
      data: { sessionAttempt: { increment: 1 } },
    });
    return { starting: { answer }, late: session };
  });
  const started = await starting.answer;

  expect(started.sessionId).not.toBe(late?.id);
  expect(await intentOf(customer)).toMatchObject({ status: "open", stripeSessionId: started.sessionId });
  const open = (await sessionsOf(customer)).filter(({ status }) => status === "open");
  expect(open.map(({ id }) => id)).toEqual([started.sessionId]);
});

async function waitingForALock(): Promise<number> {
  const { rows } = await pool().query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows[0]?.n ?? 0;
}
