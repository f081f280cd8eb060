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

it("more types than Stripe accepts make another list", () => {
  const types = Array.from({ length: 45 }, (_, n) => `charge.type_${n}`);

  expect(eventLists(types).map(({ name, types: listed }) => [name, listed.length])).toEqual([
    ["others", 20],
    ["others_2", 20],
    ["others_3", 5],
  ]);
});
