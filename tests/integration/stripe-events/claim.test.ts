import { afterAll, beforeAll, expect, it } from "vitest";
import { prisma, withTransaction } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import type { EventHint } from "@/lib/stripe";
import { claimEvent, markFailed } from "@/lib/stripe-events/event-store";
import { testDatabase } from "@/tests/support/settings";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

function aHint(): EventHint {
  const id = newId("request");
  return {
    id,
    type: "checkout.session.completed",
    livemode: false,
    apiVersion: null,
    occurredAt: new Date(),
    objectId: null,
    object: {},
    payload: { id },
  };
}

const claim = (event: EventHint) => withTransaction((tx) => claimEvent(tx, event, "processed"));
const stored = ({ id }: EventHint) =>
  prisma().stripeEvent.findUniqueOrThrow({ where: { stripeEventId: id } });

it("a finished event cannot be claimed again, and its row does not change", async () => {
  const event = aHint();
  expect(await claim(event)).toBe(true);
  const before = await stored(event);

  expect(await claim(event)).toBe(false);

  expect(await stored(event)).toEqual(before);
});

it("only one of many concurrent claims succeeds", async () => {
  const event = aHint();

  const claims = await Promise.all(Array.from({ length: 8 }, () => claim(event)));

  expect(claims.filter(Boolean)).toHaveLength(1);
});

it("a failed event can be claimed once", async () => {
  const event = aHint();
  await markFailed(event, new Error("not now"), new Date());

  expect([await claim(event), await claim(event)]).toEqual([true, false]);
  expect(await stored(event)).toMatchObject({ status: "processed", lastError: null, nextTryAt: null });
});
