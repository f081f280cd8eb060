import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ChargeRequest,
  captureHold,
  charge,
  chargeBatch,
  expireHolds,
  openHold,
  post,
  readBalance,
  readHold,
  refundCharge,
  releaseHold,
} from "@/lib/ledger";
import { postCharge } from "@/lib/ledger/charge";
import { runCharge } from "@/lib/ledger/charge-sql";
import { onPool, pool, prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { testDatabase } from "@/tests/support/settings";
import { aCharge, aFundedCustomer, aHold, aRefund, outcomes, topUp, usd } from "@/tests/support/spending";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

const freeze = (customerId: CustomerId, status = "frozen") =>
  prisma().ledgerAccount.update({ where: { customerId }, data: { status } });

async function transfersOf(customerId: CustomerId, kind = "charge"): Promise<number> {
  return prisma().ledgerTransfer.count({ where: { customerId, kind } });
}

describe("charge", () => {
  it("charges the exact amount and returns the remaining balance", async () => {
    const customer = await aFundedCustomer("10.00");

    const posted = await charge(aCharge(customer, "0.000000001"));

    expect(posted).toMatchObject({
      balanceAfter: usd("9.999999999"),
      availableAfter: usd("9.999999999"),
      isReplay: false,
    });
    expect(posted.chargeId).toMatch(/^chg_/);
  });

  it("replays the original result, even after the balance is spent", async () => {
    const customer = await aFundedCustomer("5.00");
    await openHold(aHold(customer, "1.00"));
    const first = await charge(aCharge(customer, "3.00", { key: "a" }));
    await charge(aCharge(customer, "1.00"));
    await freeze(customer);

    const again = await charge(aCharge(customer, "3.00", { key: "a" }));

    expect(again).toEqual({ ...first, isReplay: true });
    expect(again.availableAfter).toBe(usd("1.00"));
  });

  it("the same key with another request is a conflict, also for another operation", async () => {
    const customer = await aFundedCustomer("10.00");
    await charge(aCharge(customer, "1.00", { key: "a" }));
    await openHold(aHold(customer, "1.00", { key: "b" }));

    const counts = await outcomes([
      charge(aCharge(customer, "1.00", { key: "a", requestHash: "other" })),
      charge(aCharge(customer, "1.00", { key: "b", requestHash: "charge" })),
      openHold(aHold(customer, "1.00", { key: "a", requestHash: "hold" })),
    ]);

    expect(counts).toEqual({ IdempotencyConflictError: 3 });
    expect((await readBalance(customer)).balance).toBe(usd("9.00"));
  });

  it("a refund under the key of a hold is a conflict", async () => {
    const customer = await aFundedCustomer("10.00");
    const { chargeId } = await charge(aCharge(customer, "1.00"));
    await openHold(aHold(customer, "1.00", { key: "a" }));

    const counts = await outcomes([refundCharge(aRefund(customer, chargeId, "1.00", "a"))]);

    expect(counts).toEqual({ IdempotencyConflictError: 1 });
    expect((await readBalance(customer)).balance).toBe(usd("9.00"));
  });

  it("a customer cannot use an operator's key", async () => {
    const customer = await aFundedCustomer("10.00");

    const operator = await charge(aCharge(customer, "1.00", { key: "a" }));
    const own = await charge(aCharge(customer, "1.00", { key: "a", owner: customer }));

    expect(own.chargeId).not.toBe(operator.chargeId);
  });

  it("allows overdraft for work already done, also on a frozen account, never on a closed one", async () => {
    const customer = await aFundedCustomer("5.00");
    await charge(aCharge(customer, "6.00", { allowOverdraft: true }));
    await freeze(customer);
    await charge(aCharge(customer, "1.00", { allowOverdraft: true }));
    await freeze(customer, "closed");

    const counts = await outcomes([charge(aCharge(customer, "1.00", { allowOverdraft: true }))]);

    expect(counts).toEqual({ AccountNotActiveError: 1 });
    expect((await readBalance(customer)).balance).toBe(usd("-2.00"));
  });

  it("is rejected on a frozen account and for an unknown customer", async () => {
    const customer = await aFundedCustomer("5.00");
    await freeze(customer);

    const counts = await outcomes([charge(aCharge(customer, "1.00")), charge(aCharge("cust_none", "1.00"))]);

    expect(counts).toEqual({ AccountNotActiveError: 1, UnknownCustomerError: 1 });
  });
});

describe.each([
  ["charges of one process", charge],
  [
    "charges with a statement each, as from many processes",
    (request: ChargeRequest) => postCharge(request, runCharge),
  ],
])("concurrent %s", (_name, take) => {
  it("never exceed the balance: exactly ten of sixty-four $1 requests on $10 succeed", async () => {
    const customer = await aFundedCustomer("10.00");

    const counts = await outcomes(times(64, () => take(aCharge(customer, "1.00"))));

    expect(counts).toEqual({ ok: 10, InsufficientBalanceError: 54 });
    expect((await readBalance(customer)).balance).toBe(0n);
    expect(await transfersOf(customer)).toBe(10);
  });

  it("cannot spend held money", async () => {
    const customer = await aFundedCustomer("10.00");
    await openHold(aHold(customer, "9.00"));

    const counts = await outcomes([take(aCharge(customer, "1.01")), take(aCharge(customer, "1.00"))]);

    expect(counts).toEqual({ ok: 1, InsufficientBalanceError: 1 });
    expect(await readBalance(customer)).toMatchObject({ balance: usd("9.00"), held: usd("9.00") });
  });

  it("charge nothing for a repeated key", async () => {
    const customer = await aFundedCustomer("10.00");
    const first = await take(aCharge(customer, "1.00", { key: "same" }));

    expect(await take(aCharge(customer, "1.00", { key: "same" }))).toEqual({ ...first, isReplay: true });

    expect((await readBalance(customer)).balance).toBe(usd("9.00"));
  });

  it("charge once for a key that is sent sixty-four times", async () => {
    const customer = await aFundedCustomer("10.00");

    const results = await Promise.all(times(64, () => take(aCharge(customer, "1.00", { key: "same" }))));

    expect(new Set(results.map((result) => result.chargeId)).size).toBe(1);
    expect(results.filter((result) => !result.isReplay)).toHaveLength(1);
    expect((await readBalance(customer)).balance).toBe(usd("9.00"));
  });

  it("with one key for a charge and a hold have one effect", async () => {
    const customer = await aFundedCustomer("100.00");

    for (let round = 0; round < 60; round++) {
      const key = `both-${round}`;
      const counts = await outcomes([
        take(aCharge(customer, "0.10", { key, requestHash: "charge" })),
        openHold(aHold(customer, "0.10", { key, requestHash: "hold" })),
        take(aCharge(customer, "0.10", { key, requestHash: "another" })),
      ]);

      expect(counts).toEqual({ ok: 1, IdempotencyConflictError: 2 });
    }
  });

  it("never fail when a top-up commits at the same time", async () => {
    const customer = await aFundedCustomer("5.00");

    const counts = await outcomes([
      ...times(40, () => take(aCharge(customer, "1.00"))),
      ...times(5, () => topUp(customer, "5.00")),
    ]);

    expect((counts.ok ?? 0) + (counts.InsufficientBalanceError ?? 0)).toBe(45);
    const spent = BigInt((counts.ok ?? 0) - 5) * usd("1.00");
    expect((await readBalance(customer)).balance).toBe(usd("30.00") - spent);
  });
});

describe("crossing the threshold of automatic top-up", () => {
  const jobsOf = async (customer: CustomerId): Promise<number> => {
    const { rows } = await pool().query(
      "SELECT count(*)::int AS n FROM graphile_worker.jobs WHERE key = $1",
      [`auto-top-up:${customer}`],
    );
    return rows[0].n;
  };
  const aWatchedCustomer = async (): Promise<CustomerId> => {
    const customer = await aFundedCustomer("10.00");
    await prisma().ledgerAccount.update({
      where: { customerId: customer },
      data: { autoTopupThresholdNanos: usd("5.00") },
    });
    return customer;
  };

  it.each<[string, (customer: CustomerId) => Promise<unknown>, number]>([
    ["a charge that stays above the threshold", (c) => charge(aCharge(c, "5.00")), 0],
    ["a charge that crosses it", (c) => charge(aCharge(c, "5.01")), 1],
    ["a hold that crosses it", (c) => openHold(aHold(c, "6.00")), 1],
    [
      "a batch that crosses it",
      (c) => chargeBatch([aCharge(c, "3.00"), aCharge(c, "3.00")], { owner: "operator", apiKeyId: null }),
      1,
    ],
    [
      "a capture above its hold that crosses it",
      async (c) => {
        const { hold } = await openHold(aHold(c, "1.00"));
        await captureHold(
          { customerId: c, holdId: hold.holdId, principal: "operator" },
          { amount: usd("6.00"), apiKeyId: null },
        );
      },
      1,
    ],
    [
      "a refund of a top-up, which must not recharge the card",
      (c) =>
        post(onPool(), {
          customerId: c,
          kind: "stripe_refund",
          amount: usd("9.00"),
          source: { type: "stripe_refund", id: "re_1" },
          occurredAt: new Date(),
        }),
      0,
    ],
  ])("%s enqueues the expected number of evaluations", async (_what, spend, jobs) => {
    const customer = await aWatchedCustomer();

    await spend(customer);

    expect(await jobsOf(customer)).toBe(jobs);
  });

  it("enqueues nothing more while the balance stays below the threshold", async () => {
    const customer = await aWatchedCustomer();
    await charge(aCharge(customer, "6.00"));
    await pool().query(
      "SELECT graphile_worker.complete_jobs(array_agg(id)) FROM graphile_worker.jobs WHERE key = $1",
      [`auto-top-up:${customer}`],
    );

    await charge(aCharge(customer, "1.00"));

    expect(await jobsOf(customer)).toBe(0);
  });
});

describe("holds", () => {
  const ref = (customerId: CustomerId, holdId: string, principal = "operator") => ({
    customerId,
    holdId,
    principal,
  });
  const all = { amount: null, apiKeyId: null };
  const only = (dollars: string) => ({ amount: usd(dollars), apiKeyId: null });

  it("allow exactly ten of sixty-four concurrent $1 holds on $10, and then no charge", async () => {
    const customer = await aFundedCustomer("10.00");

    const counts = await outcomes(times(64, () => openHold(aHold(customer, "1.00"))));

    expect(counts).toEqual({ ok: 10, InsufficientBalanceError: 54 });
    expect(await readBalance(customer)).toMatchObject({
      balance: usd("10.00"),
      held: usd("10.00"),
      available: 0n,
    });
    expect(await outcomes([charge(aCharge(customer, "0.01"))])).toEqual({ InsufficientBalanceError: 1 });
  });

  it("captured in part release the rest", async () => {
    const customer = await aFundedCustomer("10.00");
    const { hold } = await openHold(aHold(customer, "6.00"));

    const captured = await captureHold(ref(customer, hold.holdId), only("2.50"));

    expect(captured).toMatchObject({
      captured: usd("2.50"),
      balanceAfter: usd("7.50"),
      availableAfter: usd("7.50"),
    });
    expect(await readHold(customer, hold.holdId)).toMatchObject({
      status: "captured",
      captured: usd("2.50"),
    });
  });

  it("captured twice concurrently are charged once; another amount is a conflict", async () => {
    const customer = await aFundedCustomer("10.00");
    const { hold } = await openHold(aHold(customer, "6.00"));

    const captures = await Promise.all(times(16, () => captureHold(ref(customer, hold.holdId), all)));

    expect(new Set(captures.map((capture) => capture.chargeId)).size).toBe(1);
    expect(captures.filter((capture) => !capture.isReplay)).toHaveLength(1);
    expect(await outcomes([captureHold(ref(customer, hold.holdId), only("1.00"))])).toEqual({
      ConflictError: 1,
    });
    expect(await readBalance(customer)).toMatchObject({ balance: usd("4.00"), held: 0n });
  });

  it("captured above the hold use the available balance for the rest, or change nothing", async () => {
    const customer = await aFundedCustomer("10.00");
    const { hold } = await openHold(aHold(customer, "6.00"));

    expect(await outcomes([captureHold(ref(customer, hold.holdId), only("10.01"))])).toEqual({
      InsufficientBalanceError: 1,
    });
    expect(await readBalance(customer)).toMatchObject({ balance: usd("10.00"), held: usd("6.00") });

    await captureHold(ref(customer, hold.holdId), only("10.00"));
    expect(await readBalance(customer)).toMatchObject({ balance: 0n, held: 0n });
  });

  it("can be captured on a frozen account with a negative balance after a reversal", async () => {
    const customer = await aFundedCustomer("10.00");
    const { hold } = await openHold(aHold(customer, "6.00"));
    const source = { type: "stripe_refund" as const, id: "re_1" };
    await post(onPool(), {
      customerId: customer,
      kind: "stripe_refund",
      amount: usd("10.00"),
      source,
      occurredAt: new Date(),
    });
    await freeze(customer);

    await captureHold(ref(customer, hold.holdId), all);

    expect(await readBalance(customer)).toMatchObject({ balance: usd("-6.00"), held: 0n });
    expect(await outcomes([openHold(aHold(customer, "1.00"))])).toEqual({ AccountNotActiveError: 1 });
  });

  it("that are released free the whole amount once; captured ones cannot be released", async () => {
    const customer = await aFundedCustomer("10.00");
    const { hold } = await openHold(aHold(customer, "6.00"));

    await Promise.all(times(8, () => releaseHold(ref(customer, hold.holdId))));

    expect(await readBalance(customer)).toMatchObject({ balance: usd("10.00"), held: 0n });
    expect(await outcomes([captureHold(ref(customer, hold.holdId), all)])).toEqual({ ConflictError: 1 });
    const { hold: second } = await openHold(aHold(customer, "1.00"));
    await captureHold(ref(customer, second.holdId), all);
    expect(await outcomes([releaseHold(ref(customer, second.holdId))])).toEqual({ ConflictError: 1 });
  });

  it("captured and released concurrently end in one of the two states", async () => {
    for (let round = 0; round < 20; round++) {
      const customer = await aFundedCustomer("10.00");
      const { hold } = await openHold(aHold(customer, "6.00"));

      const counts = await outcomes([
        captureHold(ref(customer, hold.holdId), all),
        releaseHold(ref(customer, hold.holdId)),
      ]);

      expect(counts).toEqual({ ok: 1, ConflictError: 1 });
      const { status } = await readHold(customer, hold.holdId);
      const expected = status === "captured" ? usd("4.00") : usd("10.00");
      expect(await readBalance(customer)).toMatchObject({ balance: expected, held: 0n });
    }
  });

  it("expire only through the sweep: an earlier capture succeeds", async () => {
    const customer = await aFundedCustomer("10.00");
    const past = new Date(Date.now() - 1_000);
    const [first, second] = [
      await openHold(aHold(customer, "2.00", { expiresAt: past })),
      await openHold(aHold(customer, "3.00", { expiresAt: past })),
    ];
    await openHold(aHold(customer, "1.00", { expiresAt: null }));
    await captureHold(ref(customer, first.hold.holdId), all);

    const swept = await Promise.all(times(4, () => expireHolds(new Date())));

    expect(swept.reduce((sum, { expired }) => sum + expired, 0)).toBe(1);
    expect(await readHold(customer, second.hold.holdId)).toMatchObject({ status: "expired" });
    expect(await readBalance(customer)).toMatchObject({ balance: usd("8.00"), held: usd("1.00") });
  });

  it("of the operator cannot be closed by the customer, but the operator can close any", async () => {
    const customer = await aFundedCustomer("10.00");
    const { hold } = await openHold(aHold(customer, "2.00"));
    const { hold: own } = await openHold(aHold(customer, "2.00", { owner: customer }));

    expect(
      await outcomes([
        captureHold(ref(customer, hold.holdId, customer), all),
        releaseHold(ref(customer, hold.holdId, customer)),
      ]),
    ).toEqual({ ForeignHoldError: 2 });
    await captureHold(ref(customer, own.holdId, customer), all);
    await captureHold(ref(customer, hold.holdId), all);
  });

  it("are not found under another customer", async () => {
    const [customer, other] = [await aFundedCustomer("10.00"), await aFundedCustomer("10.00")];
    const { hold } = await openHold(aHold(customer, "2.00"));

    const attempts = [
      captureHold(ref(other, hold.holdId), all),
      releaseHold(ref(other, hold.holdId)),
      readHold(other, hold.holdId),
    ];

    expect(await outcomes(attempts)).toEqual({ NotFoundError: 3 });
  });
});

describe("refund of a charge", () => {
  it("refunds in parts, never more than was charged, also concurrently", async () => {
    const customer = await aFundedCustomer("10.00");
    const { chargeId } = await charge(aCharge(customer, "10.00"));

    const counts = await outcomes(times(40, () => refundCharge(aRefund(customer, chargeId, "1.00"))));

    expect(counts).toEqual({ ok: 10, RefundTooLargeError: 30 });
    expect((await readBalance(customer)).balance).toBe(usd("10.00"));
  });

  it("refunds the whole remaining amount by default", async () => {
    const customer = await aFundedCustomer("10.00");
    const { chargeId } = await charge(aCharge(customer, "4.00"));
    await refundCharge(aRefund(customer, chargeId, "1.00"));

    const rest = await refundCharge(aRefund(customer, chargeId, null));

    expect(rest).toMatchObject({ amount: usd("3.00"), balanceAfter: usd("10.00") });
    expect((await readBalance(customer)).balance).toBe(usd("10.00"));
  });

  it("is replayed under its key, even after everything was refunded", async () => {
    const customer = await aFundedCustomer("10.00");
    const { chargeId } = await charge(aCharge(customer, "4.00"));

    const refunds = await Promise.all(
      times(16, () => refundCharge(aRefund(customer, chargeId, null, "same"))),
    );

    expect(new Set(refunds.map((refund) => refund.refundId)).size).toBe(1);
    expect((await readBalance(customer)).balance).toBe(usd("10.00"));
    const other = { ...aRefund(customer, chargeId, "1.00", "same"), requestHash: "other" };
    expect(await outcomes([refundCharge(other)])).toEqual({ IdempotencyConflictError: 1 });
  });

  it("works for a captured hold, and only for this customer's charges", async () => {
    const [customer, other] = [await aFundedCustomer("10.00"), await aFundedCustomer("10.00")];
    const { hold } = await openHold(aHold(customer, "4.00"));
    const { chargeId } = await captureHold(
      { customerId: customer, holdId: hold.holdId, principal: "operator" },
      { amount: null, apiKeyId: null },
    );

    await refundCharge(aRefund(customer, chargeId, "1.00"));

    expect(await outcomes([refundCharge(aRefund(other, chargeId, "1.00"))])).toEqual({ NotFoundError: 1 });
    expect((await readBalance(customer)).balance).toBe(usd("7.00"));
  });
});

describe("batch", () => {
  const operator = { owner: "operator", apiKeyId: null };
  const short = (results: Awaited<ReturnType<typeof chargeBatch>>) =>
    results.map((result) =>
      result.ok ? (result.charge.isReplay ? "replay" : "ok") : result.error.constructor.name,
    );

  it("returns a result for each item, in order; a rejected item charges nothing", async () => {
    const [rich, poor] = [await aFundedCustomer("10.00"), await aFundedCustomer("5.00")];
    await charge(aCharge(rich, "1.00", { key: "known" }));

    const results = await chargeBatch(
      [
        aCharge(rich, "4.00"),
        aCharge(poor, "6.00"),
        aCharge(rich, "1.00", { key: "known" }),
        aCharge(rich, "6.00"),
        aCharge(poor, "5.00"),
        aCharge("cust_none", "1.00"),
        aCharge(rich, "5.00"),
        aCharge(rich, "2.00", { key: "known", requestHash: "other" }),
      ],
      operator,
    );

    expect(short(results)).toEqual([
      "ok",
      "InsufficientBalanceError",
      "replay",
      "InsufficientBalanceError",
      "ok",
      "UnknownCustomerError",
      "ok",
      "IdempotencyConflictError",
    ]);
    expect((await readBalance(rich)).balance).toBe(0n);
    expect((await readBalance(poor)).balance).toBe(0n);
  });

  it("replays a key that is repeated within the batch", async () => {
    const customer = await aFundedCustomer("10.00");

    const results = await chargeBatch(
      [
        aCharge(customer, "1.00", { key: "a" }),
        aCharge(customer, "1.00", { key: "a" }),
        aCharge(customer, "2.00", { key: "a", requestHash: "other" }),
      ],
      operator,
    );

    expect(short(results)).toEqual(["ok", "replay", "IdempotencyConflictError"]);
    expect((await readBalance(customer)).balance).toBe(usd("9.00"));
  });

  it("is charged once when it is sent sixteen times concurrently", async () => {
    const customer = await aFundedCustomer("1000.00");
    const batch = times(100, (index) => aCharge(customer, "1.00", { key: `item-${index}` }));

    const all = await Promise.all(times(16, () => chargeBatch(batch, operator)));

    expect(all.flatMap(short).filter((outcome) => outcome === "ok")).toHaveLength(100);
    expect(all.flatMap(short).filter((outcome) => outcome === "replay")).toHaveLength(1_500);
    expect((await readBalance(customer)).balance).toBe(usd("900.00"));
  });

  it("never deadlocks with a batch over the same customers in the opposite order", async () => {
    const customers = await Promise.all(times(8, () => aFundedCustomer("1000.00")));
    const forwards = () => customers.map((customer) => aCharge(customer, "0.10"));

    const results = await Promise.all(
      times(40, (index) => chargeBatch(index % 2 ? forwards() : forwards().reverse(), operator)),
    );

    expect(results.flatMap(short).every((outcome) => outcome === "ok")).toBe(true);
    for (const customer of customers) expect((await readBalance(customer)).balance).toBe(usd("996.00"));
  });

  it("and concurrent single charges never exceed the balance", async () => {
    const customer = await aFundedCustomer("50.00");

    await Promise.all([
      ...times(5, () =>
        chargeBatch(
          times(20, () => aCharge(customer, "1.00")),
          operator,
        ),
      ),
      ...times(60, () => charge(aCharge(customer, "1.00")).catch(() => {})),
    ]);

    expect((await readBalance(customer)).balance).toBe(0n);
    expect(await transfersOf(customer)).toBe(50);
  });

  it("is rejected item by item on a frozen account, except for overdraft", async () => {
    const customer = await aFundedCustomer("10.00");
    await freeze(customer);

    const results = await chargeBatch(
      [aCharge(customer, "1.00"), aCharge(customer, "20.00", { allowOverdraft: true })],
      operator,
    );

    expect(short(results)).toEqual(["AccountNotActiveError", "ok"]);
    expect((await readBalance(customer)).balance).toBe(usd("-10.00"));
  });

  it("rejects only the item that exceeds the range of the ledger", async () => {
    const customer = await aFundedCustomer("10.00");
    const overdraft = { allowOverdraft: true };
    const million = (key: string) => aCharge(customer, "1000000.00", { key, ...overdraft });
    for (const batch of times(9, String)) {
      await chargeBatch(
        times(1_000, (index) => million(`${batch}-${index}`)),
        operator,
      );
    }
    expect((await readBalance(customer)).balance).toBe(usd("-8999999990.00"));

    const results = await chargeBatch(
      [
        aCharge(customer, "4.00", overdraft),
        million("too much"),
        aCharge(customer, "6.000000001", overdraft),
        aCharge(customer, "1.00"),
        million("0-0"),
        aCharge(customer, "6.00", overdraft),
        aCharge(customer, "0.000000001", overdraft),
      ],
      operator,
    );

    expect(short(results)).toEqual([
      "ok",
      "BalanceOutOfRangeError",
      "BalanceOutOfRangeError",
      "InsufficientBalanceError",
      "replay",
      "ok",
      "BalanceOutOfRangeError",
    ]);
    expect((await readBalance(customer)).balance).toBe(usd("-9000000000.00"));
    expect(await transfersOf(customer)).toBe(9_002);
  });
});

it("the house accounts balance all customer accounts", async () => {
  const { rows } = await pool().query(
    `SELECT (SELECT sum(balance_nanos) FROM house_account_balance)
          + (SELECT sum(balance_nanos) FROM ledger_account) AS sum`,
  );

  expect(rows[0].sum).toBe("0");
});
