import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  captureHold,
  charge,
  chargeBatch,
  expireHolds,
  openHold,
  readBalance,
  refundCharge,
  releaseHold,
} from "@/lib/ledger";
import { postCharge } from "@/lib/ledger/charge";
import { runCharge } from "@/lib/ledger/charge-sql";
import type { Nanos } from "@/lib/money";
import type { CustomerId } from "@/lib/platform/ids";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { testDatabase } from "@/tests/support/settings";
import { aCharge, aFundedCustomer, aHold, aRefund, reverseTopUp, topUp } from "@/tests/support/spending";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

/** Whole cents as text, from one cent to `max` dollars. */
const amountUpTo = (maxDollars: number) =>
  fc
    .integer({ min: 1, max: maxDollars * 100 })
    .map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`);

/** An operation on one of two customers. `n` selects an existing object; `key` sometimes repeats an earlier one. */
const operation = fc.record({
  who: fc.integer({ min: 0, max: 1 }),
  what: fc.constantFrom(
    "charge",
    "charge",
    "charge",
    "overdraft",
    "hold",
    "hold",
    "capture",
    "capture",
    "release",
    "expire",
    "refund",
    "top_up",
    "reverse",
    "batch",
  ),
  amount: amountUpTo(12),
  n: fc.nat(),
  isRepeated: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
});
type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

interface ModelHold {
  id: string;
  amount: bigint;
  status: "open" | "captured" | "released" | "expired";
  captured: bigint;
}

/** The expected state of one customer, in the simplest possible implementation. */
interface Model {
  id: CustomerId;
  balance: bigint;
  /** The part of the first top-up that can still be refunded. */
  reversible: bigint;
  holds: ModelHold[];
  charges: { id: string; amount: bigint; refunded: bigint }[];
  requests: { key: string; amount: string; chargeId: string }[];
}

/** Shrinking would take thousands of runs. The printed seed reproduces the history. */
const WITHOUT_SHRINKING = { endOnFailure: true };

const CENT = 10_000_000n;
const toNanos = (amount: string): bigint => BigInt(amount.replace(".", "")) * CENT;
const heldBy = (model: Model) =>
  model.holds.filter((hold) => hold.status === "open").reduce((sum, hold) => sum + hold.amount, 0n);
const availableTo = (model: Model) => model.balance - heldBy(model);
const smaller = (a: bigint, b: bigint): bigint => [a, b].sort((x, y) => (x < y ? -1 : 1))[0] as bigint;
const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];

let counter = 0;

/** Applies an operation to the ledger and to the model, and compares the results. */
async function apply(model: Model, op: Operation): Promise<void> {
  const amount = toNanos(op.amount);
  switch (op.what) {
    case "charge":
    case "overdraft":
      return applyCharge(model, op, amount);
    case "hold": {
      const result = await openHold(
        aHold(model.id, op.amount, { expiresAt: new Date(Date.now() - 1) }),
      ).catch(nameOf);
      const isFitting = availableTo(model) >= amount;
      expect(typeof result === "string" ? result : "ok").toBe(isFitting ? "ok" : "InsufficientBalanceError");
      if (typeof result !== "string") {
        model.holds.push({ id: result.hold.holdId, amount, status: "open", captured: 0n });
      }
      return;
    }
    case "capture":
      return applyCapture(model, op, amount);
    case "release": {
      const hold = pick(model.holds, op.n);
      if (!hold) return;
      const result = await releaseHold({
        customerId: model.id,
        holdId: hold.id,
        principal: "operator",
      }).catch(nameOf);
      expect(typeof result === "string" ? result : "ok").toBe(
        hold.status === "captured" ? "ConflictError" : "ok",
      );
      if (hold.status === "open") hold.status = "released";
      return;
    }
    case "expire":
      await expireHolds(new Date());
      return; // the caller expires the holds of both models
    case "refund":
      return applyRefund(model, op, amount);
    case "top_up":
      await topUp(model.id, "5.00");
      model.balance += 500n * CENT;
      return;
    case "reverse": {
      const taken = smaller(amount, model.reversible);
      if (taken === 0n) return;
      await reverseTopUp(model.id, taken as Nanos);
      model.reversible -= taken;
      model.balance -= taken;
      return;
    }
    case "batch":
      return applyBatch(model, op, amount);
    default:
      op.what satisfies never;
  }
}

async function applyCharge(model: Model, op: Operation, amount: bigint): Promise<void> {
  const known = op.isRepeated ? pick(model.requests, op.n) : undefined;
  const key = known?.key ?? `k${++counter}`;
  const request = aCharge(model.id, op.amount, {
    key,
    requestHash: op.amount,
    allowOverdraft: op.what === "overdraft",
  });
  const result = await charge(request).catch(nameOf);
  if (known) {
    if (known.amount === op.amount)
      expect(result).toMatchObject({ chargeId: known.chargeId, isReplay: true });
    else expect(result).toBe("IdempotencyConflictError");
    return;
  }
  const isFitting = op.what === "overdraft" || availableTo(model) >= amount;
  expect(typeof result === "string" ? result : "ok").toBe(isFitting ? "ok" : "InsufficientBalanceError");
  if (typeof result === "string") return;
  model.balance -= amount;
  model.charges.push({ id: result.chargeId, amount, refunded: 0n });
  model.requests.push({ key, amount: op.amount, chargeId: result.chargeId });
  expect(result.balanceAfter).toBe(model.balance);
  expect(result.availableAfter).toBe(availableTo(model));
}

async function applyCapture(model: Model, op: Operation, amount: bigint): Promise<void> {
  const hold = pick(model.holds, op.n);
  if (!hold) return;
  const ref = { customerId: model.id, holdId: hold.id, principal: "operator" };
  const result = await captureHold(ref, { amount: amount as Nanos, apiKeyId: null }).catch(nameOf);
  const outcome = typeof result === "string" ? result : "ok";
  if (hold.status === "captured") {
    expect(outcome).toBe(hold.captured === amount ? "ok" : "ConflictError");
  } else if (hold.status !== "open") {
    expect(outcome).toBe("ConflictError");
  } else if (amount > hold.amount && availableTo(model) < amount - hold.amount) {
    expect(outcome).toBe("InsufficientBalanceError");
  } else {
    expect(outcome).toBe("ok");
    Object.assign(hold, { status: "captured", captured: amount });
    model.balance -= amount;
    if (typeof result !== "string") model.charges.push({ id: result.chargeId, amount, refunded: 0n });
  }
}

async function applyRefund(model: Model, op: Operation, amount: bigint): Promise<void> {
  const charged = pick(model.charges, op.n);
  if (!charged) return;
  const result = await refundCharge(aRefund(model.id, charged.id, op.amount)).catch(nameOf);
  const isFitting = charged.refunded + amount <= charged.amount;
  expect(typeof result === "string" ? result : "ok").toBe(isFitting ? "ok" : "RefundTooLargeError");
  if (!isFitting) return;
  charged.refunded += amount;
  model.balance += amount;
}

async function applyBatch(model: Model, op: Operation, amount: bigint): Promise<void> {
  const items = Array.from({ length: 1 + (op.n % 5) }, () => aCharge(model.id, op.amount));
  const results = await chargeBatch(items, { owner: "operator", apiKeyId: null });
  for (const result of results) {
    expect(result.ok).toBe(availableTo(model) >= amount);
    if (!result.ok) continue;
    model.balance -= amount;
    model.charges.push({ id: result.charge.chargeId, amount, refunded: 0n });
  }
}

const nameOf = (error: unknown): string => (error as Error).constructor.name;

async function aModel(): Promise<Model> {
  const id = await aFundedCustomer("20.00");
  return { id, balance: 2_000n * CENT, reversible: 2_000n * CENT, holds: [], charges: [], requests: [] };
}

it("any history of spending matches a simple model, step by step", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 20, maxLength: 100 }), async (operations) => {
      const models = [await aModel(), await aModel()];

      for (const op of operations) {
        const model = models[op.who] as Model;
        await apply(model, op);
        if (op.what === "expire") {
          for (const { holds } of models)
            for (const hold of holds) if (hold.status === "open") hold.status = "expired";
        }
      }

      for (const model of models) {
        expect(await readBalance(model.id)).toMatchObject({
          balance: model.balance,
          held: heldBy(model),
          available: availableTo(model),
        });
      }
    }),
    { numRuns: atDepth({ ci: 12, deep: 200 }), ...WITHOUT_SHRINKING },
  );
  await expectLedgerVerified();
});

it("a thousand concurrent operations never overdraw, and each is accounted for", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 1_000, maxLength: 1_000 }),
      fc.integer({ min: 8, max: 64 }),
      async (operations, width) => {
        const customer = await aFundedCustomer("50.00");
        const holds: string[] = [];
        const charges: string[] = [];
        const queue = operations.filter((op) => op.what !== "overdraft" && op.what !== "reverse");

        await Promise.all(
          Array.from({ length: width }, async () => {
            for (let op = queue.pop(); op; op = queue.pop()) {
              await raceOne(customer, op, holds, charges);
              // The available amount must never be negative, for any reader.
              if (op.n % 10 === 0) expect((await readBalance(customer)).available).toBeGreaterThanOrEqual(0n);
            }
          }),
        );

        expect((await readBalance(customer)).available).toBeGreaterThanOrEqual(0n);
        await expectLedgerVerified();
      },
    ),
    { numRuns: atDepth({ ci: 2, deep: 40 }), ...WITHOUT_SHRINKING },
  );
});

const EXPECTED_REFUSALS = new Set([
  "InsufficientBalanceError",
  "ConflictError",
  "IdempotencyConflictError",
  "RefundTooLargeError",
]);

/** One of many concurrent operations: it succeeds, or is rejected for an expected reason. */
async function raceOne(
  customer: CustomerId,
  op: Operation,
  holds: string[],
  charges: string[],
): Promise<void> {
  const refuse = (error: unknown) => {
    if (!EXPECTED_REFUSALS.has(nameOf(error))) throw error;
    return null;
  };
  const hold = pick(holds, op.n);
  const ref = { customerId: customer, holdId: hold ?? "", principal: "operator" };
  if (op.what === "charge") {
    const key = op.isRepeated ? `race-${op.n % 20}` : undefined;
    const request = aCharge(customer, op.amount, key ? { key, requestHash: op.amount } : {});
    const work = op.n % 2 === 0 ? charge(request) : postCharge(request, runCharge); // as two processes would
    const result = await work.catch(refuse);
    if (result) charges.push(result.chargeId);
  } else if (op.what === "hold") {
    const result = await openHold(aHold(customer, op.amount)).catch(refuse);
    if (result) holds.push(result.hold.holdId);
  } else if (op.what === "capture" && hold) {
    const result = await captureHold(ref, { amount: toNanos(op.amount) as Nanos, apiKeyId: null }).catch(
      refuse,
    );
    if (result) charges.push(result.chargeId);
  } else if (op.what === "release" && hold) {
    await releaseHold(ref).catch(refuse);
  } else if (op.what === "refund" && pick(charges, op.n)) {
    await refundCharge(aRefund(customer, pick(charges, op.n) ?? "", op.amount)).catch(refuse);
  } else if (op.what === "top_up") {
    await topUp(customer, "5.00");
  } else if (op.what === "batch") {
    const items = Array.from({ length: 1 + (op.n % 10) }, () => aCharge(customer, op.amount));
    await chargeBatch(items, { owner: "operator", apiKeyId: null });
  }
}
