import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueApiKey, type RolledApiKey, rollApiKey } from "@/lib/api-keys";
import {
  captureHold,
  charge,
  expireHolds,
  type Hold,
  openHold,
  readBalance,
  readHold,
  refundCharge,
  releaseHold,
  setAccountStatus,
} from "@/lib/ledger";
import { pool, withTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { testDatabase } from "@/tests/support/settings";
import { aCharge, aFundedCustomer, aHold, aRefund, outcomes, usd } from "@/tests/support/spending";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

const freeze = (customer: CustomerId) => withTransaction((tx) => setAccountStatus(tx, customer, "frozen"));

const capture = (customerId: CustomerId, holdId: string, dollars: string | null) =>
  captureHold(
    { customerId, holdId, principal: "operator" },
    { amount: dollars === null ? null : usd(dollars), apiKeyId: null },
  );

describe("on a frozen account", () => {
  it("a capture charges at most the held amount", async () => {
    const customer = await aFundedCustomer("100.00");
    const { hold } = await openHold(aHold(customer, "5.00"));
    await freeze(customer);

    await expect(capture(customer, hold.holdId, "5.000000001")).rejects.toMatchObject({
      kind: "forbidden",
      details: { reason: "account_frozen" },
    });
    expect((await readHold(customer, hold.holdId)).status).toBe("open");
    expect(await readBalance(customer)).toMatchObject({ balance: usd("100.00"), held: usd("5.00") });

    expect((await capture(customer, hold.holdId, "5.00")).balanceAfter).toBe(usd("95.00"));
  });

  it("a charge, a hold, a capture and a refund are replayed under their keys", async () => {
    const customer = await aFundedCustomer("100.00");
    const request = aCharge(customer, "1.00");
    const { chargeId } = await charge(request);
    const held = aHold(customer, "5.00");
    const { hold } = await openHold(held);
    await capture(customer, hold.holdId, null);
    const refund = aRefund(customer, chargeId, "0.50");
    await refundCharge(refund);
    await freeze(customer);

    const again = await Promise.all([
      charge(request),
      openHold(held),
      capture(customer, hold.holdId, null),
      refundCharge(refund),
    ]);

    expect(again.map(({ isReplay }) => isReplay)).toEqual([true, true, true, true]);
    expect((await readBalance(customer)).balance).toBe(usd("94.50"));
  });

  it("a charge can be refunded, and a hold can be released or expire", async () => {
    const customer = await aFundedCustomer("100.00");
    const { chargeId } = await charge(aCharge(customer, "10.00"));
    const { hold: released } = await openHold(aHold(customer, "5.00"));
    await openHold(aHold(customer, "5.00", { expiresAt: new Date(Date.now() - 1) }));
    await freeze(customer);

    await refundCharge(aRefund(customer, chargeId, null));
    await releaseHold({ customerId: customer, holdId: released.holdId, principal: "operator" });
    await expireHolds(new Date());

    expect(await readBalance(customer)).toMatchObject({ balance: usd("100.00"), held: 0n });
  });
});

it("one key for concurrent refunds of two charges refunds one of them", async () => {
  const customer = await aFundedCustomer("100.00");
  const charges = await Promise.all(times(2, () => charge(aCharge(customer, "10.00"))));

  const counts = await outcomes(
    times(20, (i) =>
      refundCharge({
        ...aRefund(customer, charges[i % 2]?.chargeId ?? "", "10.00", "same"),
        requestHash: `${i % 2}`,
      }),
    ),
  );

  expect(counts).toEqual({ ok: 10, IdempotencyConflictError: 10 });
  expect((await readBalance(customer)).balance).toBe(usd("90.00"));
});

it("one refund sent eight times concurrently refunds once, and every response is the same", async () => {
  const customer = await aFundedCustomer("100.00");
  const { chargeId } = await charge(aCharge(customer, "10.00"));
  const refund = aRefund(customer, chargeId, null);

  // The account stays locked until some requests have seen that the key is new and wait behind the first.
  const sent = await withTransaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM ledger_account WHERE customer_id = ${customer} FOR UPDATE`;
    const answers = Promise.all(times(8, () => refundCharge(refund)));
    await expect.poll(waitingForALock).toBeGreaterThan(1);
    return { answers };
  });

  const answers = await sent.answers;
  expect(answers.filter(({ isReplay }) => !isReplay)).toHaveLength(1);
  expect(new Set(answers.map(({ refundId }) => refundId)).size).toBe(1);
  expect((await readBalance(customer)).balance).toBe(usd("100.00"));
  await expectLedgerVerified();
});

it("a charge that waits while a hold takes its key is a conflict", async () => {
  const customer = await aFundedCustomer("100.00");
  const request = aCharge(customer, "1.00");

  const sent = await withTransaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM ledger_account WHERE customer_id = ${customer} FOR UPDATE`;
    const answer = outcomes([charge(request)]);
    await expect.poll(waitingForALock).toBe(1);
    await tx.$executeRaw`
      INSERT INTO ledger_hold (customer_id, hold_id, opened_by, amount_nanos, idempotency_owner, idempotency_key, request_hash)
      VALUES (${customer}, 'hold_a', 'operator', 1, ${request.owner}, ${request.key}, 'hold')`;
    await tx.$executeRaw`UPDATE ledger_account SET held_nanos = 1 WHERE customer_id = ${customer}`;
    return { answer };
  });

  expect(await sent.answer).toEqual({ IdempotencyConflictError: 1 });
  expect((await readBalance(customer)).balance).toBe(usd("100.00"));
});

async function waitingForALock(): Promise<number> {
  const { rows } = await pool().query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows[0]?.n ?? 0;
}

it("expired holds that are captured, released and swept concurrently each end in one way", async () => {
  const customer = await aFundedCustomer("100.00");
  const holds = await Promise.all(
    times(12, () => openHold(aHold(customer, "1.00", { expiresAt: new Date(Date.now() - 1) }))),
  );

  await Promise.allSettled([
    ...holds.map(({ hold }) => capture(customer, hold.holdId, null)),
    ...holds.map(({ hold }) =>
      releaseHold({ customerId: customer, holdId: hold.holdId, principal: "operator" }),
    ),
    ...times(4, () => expireHolds(new Date())),
  ]);

  const ends = await Promise.all(holds.map(({ hold }) => readHold(customer, hold.holdId)));
  const captured = BigInt(ends.filter(({ status }) => status === "captured").length);
  expect(ends.filter(({ status }) => status === "open")).toEqual([]);
  expect(await readBalance(customer)).toMatchObject({
    balance: usd("100.00") - captured * usd("1.00"),
    held: 0n,
  });
  await expectLedgerVerified();
});

describe("responses to committed requests need no further query, which could fail", () => {
  async function checkoutsOf(work: () => Promise<unknown>): Promise<number> {
    let count = 0;
    const raise = () => {
      count += 1;
    };
    pool().on("acquire", raise);
    await work().finally(() => pool().off("acquire", raise));
    return count;
  }

  it("for opening and releasing a hold, and match a later read", async () => {
    const customer = await aFundedCustomer("10.00");
    let opened: Hold | undefined;
    let released: Hold | undefined;

    const toOpen = await checkoutsOf(async () => {
      opened = (await openHold(aHold(customer, "1.00"))).hold;
    });
    expect(await readHold(customer, opened?.holdId ?? "")).toEqual(opened);
    const ref = { customerId: customer, holdId: opened?.holdId ?? "", principal: "operator" };
    const toRelease = await checkoutsOf(async () => {
      released = (await releaseHold(ref)).hold;
    });

    expect([toOpen, toRelease]).toEqual([1, 1]);
    expect(await readHold(customer, ref.holdId)).toEqual(released);
    expect(released?.status).toBe("released");
    expect(await releaseHold(ref)).toEqual({ hold: released, isReplay: true });
  });

  it("for a new API key, whose secret would be lost", async () => {
    const by = null;
    const issue = () =>
      issueApiKey(
        by,
        { customerId: null, name: "one", scopes: "all" },
        { idempotencyKey: randomUUID(), now: new Date() },
      );
    const { apiKey } = await issue();
    let rolled: RolledApiKey | undefined;

    const toIssue = await checkoutsOf(issue);
    const toRoll = await checkoutsOf(async () => {
      const input = { apiKeyId: apiKey.apiKeyId, graceSeconds: 60 };
      rolled = await rollApiKey(by, input, { idempotencyKey: randomUUID(), now: new Date() });
    });

    // The lookup of an earlier request and the transaction. Rolling first also reads the old key and its successor.
    expect([toIssue, toRoll]).toEqual([2, 4]);
    expect(rolled?.previous.rolledTo).toBe(rolled?.apiKey.apiKeyId);
    expect(rolled?.secret).toMatch(/^brim_sk_/);
  });
});

it("the expiry skips a locked hold and expires the others", async () => {
  const [busy, other] = [await aFundedCustomer("10.00"), await aFundedCustomer("10.00")];
  const overdue = (customer: CustomerId, minutes: number) =>
    openHold(aHold(customer, "5.00", { expiresAt: new Date(Date.now() - minutes * 60_000) }));
  const { hold } = await overdue(busy, 60);
  await overdue(other, 1);

  await withTransaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM ledger_hold WHERE hold_id = ${hold.holdId} FOR UPDATE`;
    expect(await expireHolds(new Date())).toMatchObject({ expired: 1 });
    const again = pool().query("SELECT outcome FROM ledger_expire_hold($1, $2, now())", [busy, hold.holdId]);
    expect((await again).rows).toEqual([{ outcome: "passed_over" }]);
  });

  expect((await readBalance(other)).held).toBe(0n);
  expect(await expireHolds(new Date())).toMatchObject({ expired: 1 });
  expect((await readBalance(busy)).held).toBe(0n);
});
