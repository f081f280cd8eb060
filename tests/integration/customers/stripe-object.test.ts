import { afterAll, beforeAll, expect, it } from "vitest";
import { createCustomer, findOwner, mapStripeObject, type StripeObjectOwner } from "@/lib/customers";
import { prisma, withTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { testDatabase } from "@/tests/support/settings";
import { topUp } from "@/tests/support/spending";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

const aCustomer = async (): Promise<CustomerId> =>
  (await createCustomer({ name: "Acme", email: "acme@example.com" })).customerId;

const claim = (owner: StripeObjectOwner) => withTransaction((tx) => mapStripeObject(tx, "pi_one", owner));

it("a payment belongs to one top-up of one customer, and a second owner is refused", async () => {
  const [customerId, other] = [await aCustomer(), await aCustomer()];
  const owner = { customerId, kind: "payment_intent", ourId: "topup_a" } as const;
  await claim(owner);

  await claim(owner);
  await expect(claim({ ...owner, ourId: "topup_b" })).rejects.toThrow("pi_one already belongs to topup_a");
  await expect(claim({ ...owner, customerId: other })).rejects.toThrow(`of ${customerId}`);

  expect(await findOwner("pi_one")).toEqual(owner);
});

it.each([
  ["payment", { stripePaymentIntentId: "pi_same" }],
  ["Checkout Session", { stripeSessionId: "cs_same" }],
])("the database rejects two top-ups with the same %s", async (_what, data) => {
  const customerId = await aCustomer();
  const ids = [await topUp(customerId, "5.00"), await topUp(customerId, "5.00")];
  const set = (topUpIntentId = "") =>
    prisma().topUpIntent.update({ where: { customerId_topUpIntentId: { customerId, topUpIntentId } }, data });

  await set(ids[0]);

  await expect(set(ids[1])).rejects.toMatchObject({ code: "P2002" });
});

it("the database rejects a credited top-up without a payment", async () => {
  const customerId = await aCustomer();
  await topUp(customerId, "5.00");

  const changed = prisma().topUpIntent.updateMany({
    where: { customerId },
    data: { stripePaymentIntentId: null },
  });

  await expect(changed).rejects.toThrow("topup_intent_credit_has_payment");
});
