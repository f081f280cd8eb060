import { expect, it } from "vitest";
import { eventLists, HANDLERS } from "@/lib/stripe-events";

it("every type that has a handler is in exactly one list, and no list has more than Stripe's 20 types", () => {
  const lists = eventLists();

  expect(lists.flatMap(({ types }) => types).sort()).toEqual(Object.keys(HANDLERS).sort());
  expect(Math.max(...lists.map(({ types }) => types.length))).toBeLessThanOrEqual(20);
  expect(new Set(lists.map(({ name }) => name)).size).toBe(lists.length);
});

it("the events that credit a top-up are read first", () => {
  const [first] = eventLists();

  expect(first?.types).toContain("checkout.session.completed");
  expect(first?.types).toContain("payment_intent.succeeded");
});

it("events of cards and customers are no money, those of refunds, disputes and warnings are", () => {
  const moneyOf = (type: string) => eventLists().find(({ types }) => types.includes(type))?.isMoney;

  expect(["customer.updated", "payment_method.attached"].map(moneyOf)).toEqual([false, false]);
  expect(
    ["refund.failed", "charge.dispute.closed", "radar.early_fraud_warning.created"].map(moneyOf),
  ).toEqual([true, true, true]);
});

it("more types than Stripe accepts make another list", () => {
  const types = Array.from({ length: 45 }, (_, n) => `customer.type_${n}`);

  expect(eventLists(types).map(({ name, types: listed }) => [name, listed.length])).toEqual([
    ["others", 20],
    ["others_2", 20],
    ["others_3", 5],
  ]);
});
