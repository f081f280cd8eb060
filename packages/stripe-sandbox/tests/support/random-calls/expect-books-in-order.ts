import { expect } from "vitest";
import { expectStripeEvent, expectStripeShape } from "../stripe-shapes";
import type { TestSandbox } from "../test-sandbox";

/** The parts of a sandbox that the checks need; it may run in another process. */
export type Books = Pick<TestSandbox, "control" | "stripe">;

interface StoredObject {
  id: string;
  type: string;
  deleted: boolean;
  data: Record<string, unknown>;
}

interface Dump {
  objects: StoredObject[];
  events: { id: string; type: string; object_id: string; data: Record<string, unknown> }[];
}

/** Row types that are not Stripe object types. */
const INTERNAL = /^sandbox\./;

/** Checks the invariants of the sandbox's balances and objects, which hold after any sequence of calls. */
export async function expectBooksInOrder(sandbox: Books): Promise<void> {
  const dump = await sandbox.control<Dump>("GET", "/dump");
  const of = (type: string) =>
    dump.objects.filter((object) => object.type === type && !object.deleted).map(({ data }) => data);
  const sum = (items: Record<string, unknown>[], field: string) =>
    items.reduce((total, item) => total + Number(item[field]), 0);

  for (const { type, deleted, data } of dump.objects) {
    if (!INTERNAL.test(type) && !deleted) expectStripeShape(type, data);
  }
  const ids = new Set(dump.objects.map(({ id }) => id));
  for (const event of dump.events) {
    expectEventShape(event);
    expect(ids, event.type).toContain(event.object_id);
  }

  for (const charge of of("charge")) {
    const ofCharge = (type: string) => of(type).filter((item) => item.charge === charge.id);
    const refunded = ofCharge("refund").filter(({ status }) => status !== "failed" && status !== "canceled");
    const movements = of("balance_transaction").filter(({ source }) => source === charge.id);
    expect(Number(charge.amount_refunded) - released(charge), String(charge.id)).toBe(
      sum(refunded, "amount"),
    );
    expect(Number(charge.amount_captured), String(charge.id)).toBeGreaterThanOrEqual(
      sum(refunded, "amount") + withdrawn(ofCharge("dispute")),
    );
    expect(sum(movements, "amount"), String(charge.id)).toBe(
      charge.status === "failed" ? 0 : Number(charge.amount_captured),
    );
  }

  const bySession = of("checkout.session").flatMap(({ payment_intent: intent }) => (intent ? [intent] : []));
  expect(new Set(bySession).size).toBe(bySession.length);

  for (const movement of of("balance_transaction"))
    expect(movement.net).toBe(Number(movement.amount) - Number(movement.fee));
  await expectBalance(sandbox, of("balance_transaction"));
}

function expectEventShape({ type, data }: Dump["events"][number]): void {
  expectStripeEvent({
    id: "evt_1",
    object: "event",
    api_version: "2026-10-28.endive",
    created: 1,
    data,
    livemode: false,
    pending_webhooks: 0,
    request: { id: null, idempotency_key: null },
    type,
  });
}

/** The part of an authorization that was not captured. A charge shows it as refunded, without a refund. */
function released({ captured, refunded, amount, amount_captured: taken }: Record<string, unknown>): number {
  return captured === true || refunded === true ? Number(amount) - Number(taken) : 0;
}

/** What the disputes of a charge withdrew and did not return, in cents without fees. */
function withdrawn(disputes: Record<string, unknown>[]): number {
  return disputes
    .flatMap((dispute) => dispute.balance_transactions as { amount: number }[])
    .reduce((total, { amount }) => total - amount, 0);
}

async function expectBalance(sandbox: Books, movements: Record<string, unknown>[]): Promise<void> {
  const balance = await sandbox.stripe.balance.retrieve();
  for (const currency of new Set(movements.map((movement) => String(movement.currency)))) {
    const shown = [...balance.available, ...balance.pending]
      .filter((part) => part.currency === currency)
      .reduce((total, part) => total + part.amount, 0);
    const net = movements
      .filter((movement) => movement.currency === currency)
      .reduce((total, movement) => total + Number(movement.net), 0);
    expect(shown).toBe(net);
  }
}
