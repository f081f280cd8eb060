import { afterAll, beforeAll, expect, it } from "vitest";
import { adjustBalance } from "@/lib/adjustments";
import {
  captureHold,
  charge,
  chargeBatch,
  openHold,
  readBalance,
  refundCharge,
  releaseHold,
} from "@/lib/ledger";
import { pool } from "@/lib/platform/db";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { testDatabase } from "@/tests/support/settings";
import { aCharge, aFundedCustomer, aHold, aRefund, usd } from "@/tests/support/spending";
import { whileLocked } from "@/tests/support/while-locked";

const database = testDatabase({ DATABASE_POOL_MAX: "6" });

beforeAll(() => database.ready);
afterAll(() => database.drop());

const MANY = 12;
const times = <T>(make: (index: number) => T): T[] => Array.from({ length: MANY }, (_, i) => make(i));
const operator = { kind: "operator_key", apiKeyId: newId("apiKey"), scopes: ["admin"] } as const;

/** Every way to spend, as often as there are connections. Each changes the customer's row. */
const WAYS: Record<string, (customer: CustomerId) => Promise<(() => Promise<unknown>)[]>> = {
  "charges by many API keys": async (customer) =>
    times(() => () => charge(aCharge(customer, "0.01", { apiKeyId: newId("apiKey") }))),
  batches: async (customer) =>
    times(() => () => chargeBatch([aCharge(customer, "0.01")], { owner: "operator", apiKeyId: null })),
  holds: async (customer) => times(() => () => openHold(aHold(customer, "0.01"))),
  captures: async (customer) => {
    const holds = await Promise.all(times(() => openHold(aHold(customer, "0.01"))));
    return holds.map(
      ({ hold }) =>
        () =>
          captureHold(refOf(hold), { amount: null, apiKeyId: null }),
    );
  },
  releases: async (customer) => {
    const holds = await Promise.all(times(() => openHold(aHold(customer, "0.01"))));
    return holds.map(
      ({ hold }) =>
        () =>
          releaseHold(refOf(hold)),
    );
  },
  refunds: async (customer) => {
    const charges = await Promise.all(times(() => charge(aCharge(customer, "0.01"))));
    return charges.map(
      ({ chargeId }) =>
        () =>
          refundCharge(aRefund(customer, chargeId, "0.01")),
    );
  },
  adjustments: async (customer) =>
    times(
      (i) => () =>
        adjustBalance(operator, {
          customerId: customer,
          amount: usd("0.01"),
          reason: "a test",
          idempotencyKey: `adjustment ${i}`,
          allowOverdraft: false,
        }),
    ),
};

it.each(Object.entries(WAYS))(
  "%s of a customer whose row is locked leave connections to other customers",
  async (_name, prepare) => {
    const [locked, other] = await Promise.all([aFundedCustomer("10.00"), aFundedCustomer("10.00")]);
    const requests = await prepare(locked);
    let waiting: Promise<unknown>[] = [];

    await whileLocked(locked, async () => {
      waiting = requests.map((request) => request());
      await Promise.all([openHold(aHold(other, "1.00")), charge(aCharge(other, "1.00"))]);
      await expect.poll(() => pool().waitingCount).toBe(0);
    });

    expect((await Promise.allSettled(waiting)).filter(({ status }) => status === "rejected")).toEqual([]);
    expect((await readBalance(other)).balance).toBe(usd("9.00"));
  },
);

function refOf({ customerId, holdId }: { customerId: CustomerId; holdId: string }) {
  return { customerId, holdId, principal: "operator" };
}
