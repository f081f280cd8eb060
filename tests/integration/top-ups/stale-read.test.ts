import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { whileEventHandlingIsPaused } from "@/tests/support/pause-event-handling";
import { anEvent, deliver } from "@/tests/support/signed-event";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());
// Only events that a test delivers by hand.
beforeEach(() => brim.control("/deliveries/mode", { mode: "drop" }));

async function aTopUp(customer: ApiCustomer) {
  const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "25.00" });
  const metadata = { customer_id: customer.customerId, topup_intent_id: body.topup_intent_id };
  const about = () =>
    anEvent("checkout.session.completed", { id: body.session_id, object: "checkout.session", metadata });
  const pay = (card?: string) => brim.control(`/checkout/${body.session_id}/pay`, card ? { card } : {});
  // Not through the API, which would read Stripe and correct the row.
  const read = () =>
    prisma().topUpIntent.findFirst({
      where: { customerId: customer.customerId, topUpIntentId: body.topup_intent_id },
    });
  return { about, pay, read };
}

it("a stale decline that is written last does not replace a newer one", async () => {
  const { about, pay, read } = await aTopUp(await aCustomer(brim));
  await pay("4000000000009995");

  const late = await whileEventHandlingIsPaused(brim, about(), async () => {
    await pay("4000000000000069");
    expect((await deliver(brim, about())).body.as).toBe("processed");
  });

  expect(late.body.as).toBe("processed");
  expect(await read()).toMatchObject({ status: "open", failureCode: "expired_card" });
});

it("a stale decline that is written after the payment changes nothing", async () => {
  const customer = await aCustomer(brim);
  const { about, pay, read } = await aTopUp(customer);
  await pay("4000000000009995");

  await whileEventHandlingIsPaused(brim, about(), async () => {
    await pay();
    expect((await deliver(brim, about())).body.as).toBe("processed");
  });

  expect(await read()).toMatchObject({ status: "succeeded", failureCode: null });
  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("25.00");
});
