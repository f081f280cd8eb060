import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { adjustBalance } from "@/lib/adjustments";
import {
  adjust,
  captureHold,
  charge,
  chargeBatch,
  type Hold,
  openHold,
  type PostedCharge,
  readBalance,
  refundCharge,
  releaseHold,
  setAccountStatus,
} from "@/lib/ledger";
import { inTransaction, pool, withTransaction } from "@/lib/platform/db";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { testDatabase } from "@/tests/support/settings";
import { aCharge, aFundedCustomer, aHold, aRefund, outcomes, topUp, usd } from "@/tests/support/spending";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

it("a freeze rejects charges that wait behind it", async () => {
  const customer = await aFundedCustomer("100.00");
  let charges: Promise<Record<string, number>> = Promise.resolve({});

  await withTransaction(async (tx) => {
    await setAccountStatus(tx, customer, "frozen");
    charges = outcomes(times(20, () => charge(aCharge(customer, "1.00"))));
    await sleep(200);
  });

  expect(await charges).toEqual({ AccountNotActiveError: 20 });
  expect((await readBalance(customer)).balance).toBe(usd("100.00"));
});

it("a credit that commits while charges wait is available to them, up to its exact amount", async () => {
  const customer = await aFundedCustomer("5.00");
  let charges: Promise<Record<string, number>> = Promise.resolve({});

  await withTransaction(async (tx) => {
    await adjust(inTransaction(tx), {
      customerId: customer,
      transferId: newId("transfer"),
      amount: usd("25.00"),
      mayOverdraw: false,
      owner: "operator",
      key: "more",
      requestHash: "more",
      reason: "a test",
      apiKeyId: null,
    });
    charges = outcomes(times(40, () => charge(aCharge(customer, "1.00"))));
    await sleep(200);
  });

  expect(await charges).toEqual({ ok: 30, InsufficientBalanceError: 10 });
  expect((await readBalance(customer)).balance).toBe(0n);
});

it("held money is not available to waiting charges", async () => {
  const customer = await aFundedCustomer("100.00");
  await openHold(aHold(customer, "90.00"));

  const counts = await outcomes(times(30, () => charge(aCharge(customer, "1.00"))));

  expect(counts).toEqual({ ok: 10, InsufficientBalanceError: 20 });
  expect(await readBalance(customer)).toMatchObject({ balance: usd("90.00"), available: 0n });
});

it("held money is not available even if the balance would cover all charges", async () => {
  const customer = await aFundedCustomer("100.00");
  await openHold(aHold(customer, "90.00"));

  // The first charge is written alone. The others would fit into the balance, but not into the available amount.
  const counts = await outcomes([
    charge(aCharge(customer, "1.00")),
    charge(aCharge(customer, "20.00")),
    charge(aCharge(customer, "30.00")),
  ]);

  expect(counts).toEqual({ ok: 1, InsufficientBalanceError: 2 });
});

it("the operator and the customer can use the same key for two charges", async () => {
  const customer = await aFundedCustomer("100.00");
  const asOperator = times(16, () => charge(aCharge(customer, "1.00", { key: "same" })));
  const asCustomer = times(16, () => charge(aCharge(customer, "1.00", { key: "same", owner: customer })));

  const posted = await Promise.all([...asOperator, ...asCustomer]);

  expect(posted.filter(({ isReplay }) => !isReplay)).toHaveLength(2);
  expect(new Set(posted.slice(0, 16).map(({ chargeId }) => chargeId)).size).toBe(1);
  expect(new Set(posted.slice(16).map(({ chargeId }) => chargeId)).size).toBe(1);
  expect((await readBalance(customer)).balance).toBe(usd("98.00"));
});

it("one key that a caller sends concurrently with two API keys and two bodies has one effect", async () => {
  const customer = await aFundedCustomer("100.00");
  const keys = [newId("apiKey"), newId("apiKey")] as const;
  const requests = times(20, (i) =>
    aCharge(customer, "1.00", { key: "same", requestHash: `body ${i % 2}`, apiKeyId: keys[i % 2] ?? null }),
  );

  const counts = await outcomes([
    ...requests.map(charge),
    ...times(20, (i) => charge(aCharge(customer, "1.00", { apiKeyId: keys[i % 2] ?? null }))),
  ]);

  expect(counts).toEqual({ ok: 30, IdempotencyConflictError: 10 });
  expect((await readBalance(customer)).balance).toBe(usd("79.00"));
});

it("a charge writes the same row, alone or in a group", async () => {
  const customer = await aFundedCustomer("100.00");
  const apiKeyId = newId("apiKey");
  const like = (allowOverdraft: boolean) =>
    aCharge(customer, "1.000000001", {
      requestHash: "hash",
      description: 'Crème brûlée 🍮 "for two"',
      metadata: { quote: "\\ \" '", emoji: "🍮" },
      apiKeyId,
      allowOverdraft,
    });
  await openHold(aHold(customer, "3.00"));
  const alone = await charge(like(false));
  const [, together] = await Promise.all([
    charge(aCharge(customer, "1.00", { apiKeyId })),
    charge(like(false)),
    charge(like(false)),
  ]);
  const [, byItself] = await Promise.all([charge(like(true)), charge(like(true)), charge(like(true))]);

  const rows = await Promise.all([alone, together, byItself].map((posted) => rowOf(customer, posted)));

  expect(rows[0]).toMatchObject({
    kind: "charge",
    amount_nanos: "1000000001",
    held_after_nanos: "3000000000",
    api_key_id: apiKeyId,
  });
  expect(rows[1]).toEqual(rows[0]);
  expect(rows[2]).toEqual(rows[0]);
});

/** A charge's row without the fields that always differ, after comparing its fields with the response. */
async function rowOf(customer: CustomerId, posted: PostedCharge): Promise<Record<string, unknown>> {
  const { rows } = await pool().query(
    "SELECT * FROM ledger_transfer WHERE customer_id = $1 AND transfer_id = $2",
    [customer, posted.chargeId],
  );
  const {
    seq,
    transfer_id,
    source_id,
    balance_after_nanos,
    occurred_at,
    created_at,
    idempotency_key,
    ...rest
  } = rows[0];
  expect(source_id).toBe(transfer_id);
  expect(posted.balanceAfter).toBe(BigInt(balance_after_nanos));
  expect(posted.availableAfter).toBe(BigInt(balance_after_nanos) - BigInt(rest.held_after_nanos));
  expect(posted.createdAt).toEqual(created_at);
  expect([typeof seq, typeof idempotency_key, occurred_at instanceof Date]).toEqual([
    "string",
    "string",
    true,
  ]);
  return rest;
}

it("concurrent ledger functions on one customer never deadlock, and the balance adds up", async () => {
  const customer = await aFundedCustomer("1000.00");
  const operator = { kind: "operator_key", apiKeyId: newId("apiKey"), scopes: ["admin"] } as const;
  const known = await Promise.all(times(10, () => charge(aCharge(customer, "2.00"))));
  const held = await Promise.all(times(20, () => openHold(aHold(customer, "3.00"))));
  const ref = (hold: Hold) => ({ customerId: customer, holdId: hold.holdId, principal: "operator" });

  const counts = await outcomes([
    ...times(100, () => charge(aCharge(customer, "1.00"))),
    ...times(10, () =>
      chargeBatch(
        times(10, () => aCharge(customer, "1.00")),
        { owner: "operator", apiKeyId: null },
      ),
    ),
    ...held.slice(0, 10).map(({ hold }) => captureHold(ref(hold), { amount: usd("2.00"), apiKeyId: null })),
    ...held.slice(10).map(({ hold }) => releaseHold(ref(hold))),
    ...known.map(({ chargeId }) => refundCharge(aRefund(customer, chargeId, "1.00"))),
    ...times(10, () => openHold(aHold(customer, "1.00"))),
    ...times(5, () => topUp(customer, "10.00")),
    ...times(5, (i) =>
      adjustBalance(operator, {
        customerId: customer,
        amount: usd("-1.00"),
        reason: "a test",
        idempotencyKey: `adjustment ${i}`,
        allowOverdraft: false,
      }),
    ),
  ]);

  expect(counts).toEqual({ ok: 160 });
  const { balance, held: stillHeld } = await readBalance(customer);
  // 1000 − 10 × 2 − 200 × 1 − 10 × 2 captured + 10 × 1 refunded + 5 × 10 topped up − 5 × 1
  expect([balance, stillHeld]).toEqual([usd("815.00"), usd("10.00")]);
  await expectLedgerVerified();
});
