import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { captureHold, charge, type IdempotentRequest, openHold, post, refundCharge } from "@/lib/ledger";
import { nanos } from "@/lib/money";
import { onPool, pool } from "@/lib/platform/db";
import { type ApiKeyId, newId } from "@/lib/platform/ids";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { insertPast, KEY_A, type PastTransfer } from "@/tests/support/history";

const RECORDS = "/api/v1/billing/records";

let brim: RunningBrim;
let customer: ApiCustomer;

beforeAll(async () => {
  brim = await startBrim();
});
beforeEach(async () => {
  customer = await aCustomer(brim);
});
afterAll(() => brim.stop());

const dollars = (count: bigint) => nanos(count * 1_000_000_000n);

function keyed(metadata: Record<string, string> = {}): IdempotentRequest {
  return {
    owner: customer.customerId,
    key: newId("request"),
    requestHash: "hash",
    description: "a call",
    metadata,
    apiKeyId: KEY_A as ApiKeyId,
  };
}

function topUp(id = newId("topUp")) {
  return post(onPool(), {
    customerId: customer.customerId,
    kind: "credit",
    amount: dollars(25n),
    source: { type: "topup", id },
    occurredAt: new Date("2026-01-01T00:00:00Z"),
  });
}

function chargeOf(amount: bigint, metadata?: Record<string, string>) {
  const { customerId } = customer;
  return charge({ ...keyed(metadata), customerId, amount: dollars(amount), allowOverdraft: false });
}

function past(kind: PastTransfer["kind"], count: number): PastTransfer[] {
  return Array.from({ length: count }, () => ({ kind, amountNanos: 1n, apiKeyId: null, at: new Date() }));
}

/** Reads all pages and calls `between` before each next one. */
async function readAll(query: string, between: () => Promise<unknown> = async () => {}): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const { status, body } = await customer.get(`${RECORDS}?${query}${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    ids.push(...body.records.map(({ record_id }: { record_id: string }) => record_id));
    cursor = body.next_cursor;
    await between();
  }
  return ids;
}

describe("a record", () => {
  it("of a top-up names its intent", async () => {
    const id = newId("topUp");
    const { transferId } = await topUp(id);

    const { body } = await customer.get(RECORDS);

    expect(body).toEqual({
      records: [
        {
          record_id: transferId,
          type: "credit",
          direction: "credit",
          amount_usd: "25.00",
          balance_after_usd: "25.00",
          description: null,
          topup_intent_id: id,
          metadata: {},
          occurred_at: "2026-01-01T00:00:00.000Z",
          created_at: expect.stringMatching(/^\d{4}-.*Z$/),
        },
      ],
      next_cursor: null,
    });
  });

  it("of a charge and of its refund name the charge, and omit only our internal metadata", async () => {
    await topUp();
    const { chargeId } = await chargeOf(3n, { charge_id: "mine", model: "m" });
    await refundCharge({
      ...keyed({ reason: "late" }),
      customerId: customer.customerId,
      chargeId,
      amount: dollars(1n),
    });

    const { body } = await customer.get(RECORDS);

    expect(body.records.slice(0, 2)).toMatchObject([
      {
        type: "refund",
        direction: "credit",
        amount_usd: "1.00",
        balance_after_usd: "23.00",
        charge_id: chargeId,
      },
      { type: "charge", direction: "debit", amount_usd: "3.00", charge_id: chargeId, record_id: chargeId },
    ]);
    expect(body.records[0].metadata).toEqual({ reason: "late" });
    expect(body.records[1].metadata).toEqual({ charge_id: "mine", model: "m" });
    expect(body.records[1]).toMatchObject({ api_key_id: KEY_A, description: "a call" });
    expect(body.records[1]).not.toHaveProperty("hold_id");
  });

  it("of a captured hold names the hold and the charge", async () => {
    await topUp();
    const { customerId } = customer;
    const { hold } = await openHold({ ...keyed(), customerId, amount: dollars(2n), expiresAt: null });
    const { chargeId } = await captureHold(
      { customerId, holdId: hold.holdId, principal: customerId },
      { amount: null, apiKeyId: null },
    );

    const { body } = await customer.get(`${RECORDS}?type=charge`);

    expect(body.records).toMatchObject([{ record_id: chargeId, charge_id: chargeId, hold_id: hold.holdId }]);
    expect(body.records[0]).not.toHaveProperty("api_key_id");
  });
});

describe("pages", () => {
  it.each([
    ["limit=1"],
    ["limit=7"],
    ["limit=100"],
    [""],
    ["type=refund&limit=4"],
    ["type=charge,grant&limit=6"],
    ["type=grant,refund&limit=5"],
  ])("of ?%s return each record once, newest first, while records are added", async (query) => {
    await insertPast(customer.customerId, [
      ...past("charge", 11),
      ...past("refund", 9),
      ...past("grant", 3),
      ...past("charge", 8),
    ]);
    const types = new URLSearchParams(query).get("type")?.split(",");
    const { rows } = await pool().query(
      `SELECT transfer_id FROM ledger_transfer WHERE customer_id = $1 AND ($2::text[] IS NULL OR kind = ANY ($2)) ORDER BY seq DESC`,
      [customer.customerId, types ?? null],
    );

    const ids = await readAll(query, () =>
      insertPast(customer.customerId, [...past("charge", 2), ...past("refund", 2)]),
    );

    expect(ids).toEqual(rows.map(({ transfer_id }) => transfer_id));
  });

  it("have twenty records by default", async () => {
    await insertPast(customer.customerId, past("charge", 30));

    expect((await customer.get(RECORDS)).body.records).toHaveLength(20);
    expect((await customer.get(`${RECORDS}?limit=30`)).body).toMatchObject({ next_cursor: null });
  });

  it("are empty for a customer without records", async () => {
    expect((await customer.get(RECORDS)).body).toEqual({ records: [], next_cursor: null });
  });

  it("do not show another customer's records", async () => {
    const other = await aCustomer(brim);
    await insertPast(other.customerId, past("charge", 3));

    expect((await customer.get(RECORDS)).body.records).toEqual([]);
  });

  it("can be continued with other filters, because a cursor contains none", async () => {
    await insertPast(customer.customerId, [...past("refund", 2), ...past("charge", 2)]);
    const { body } = await customer.get(`${RECORDS}?limit=1`);

    const next = await customer.get(`${RECORDS}?type=refund&cursor=${body.next_cursor}`);

    expect(next.body.records.map(({ type }: { type: string }) => type)).toEqual(["refund", "refund"]);
  });
});

describe("refusals", () => {
  it.each([
    ["a limit of 0", "limit=0", "limit"],
    ["a limit of 101", "limit=101", "limit"],
    ["a non-numeric limit", "limit=abc", "limit"],
    ["a limit with a fraction", "limit=1.5", "limit"],
    ["a negative limit", "limit=-1", "limit"],
    ["an empty limit", "limit=", "limit"],
    ["an exponent", "limit=1e1", "limit"],
    ["two limits", "limit=1&limit=2", "limit"],
    ["an empty cursor", "cursor=", "cursor"],
    ["a cursor that is a number", "cursor=17", "cursor"],
    ["a cursor of letters", `cursor=${"A".repeat(40)}`, "cursor"],
    ["a very long cursor", `cursor=${"A".repeat(5_000)}`, "cursor"],
    ["a cursor with zero bytes", "cursor=%00%00", "cursor"],
    ["an unknown type", "type=payment", "type"],
    ["an unknown type among known ones", "type=charge,payment", "type"],
    ["an empty type", "type=", "type"],
    ["an empty list item", "type=charge,,refund", "type"],
    ["a type in another case", "type=Charge", "type"],
    ["a name from JavaScript", "type=constructor", "type"],
    ["type twice", "type=charge&type=refund", "type"],
    ["an unknown parameter", "page=2", "page"],
  ])("answers %s with 400 that names the parameter", async (_what, query, field) => {
    const { status, body } = await customer.get(`${RECORDS}?${query}`);

    expect([status, body.error]).toEqual([400, "INVALID_REQUEST"]);
    expect(body.details.issues.map(({ path }: { path: string }) => path)).toContain(field);
  });

  it("reject another customer's cursor, and a changed one, with 400", async () => {
    await insertPast(customer.customerId, past("charge", 3));
    const { next_cursor } = (await customer.get(`${RECORDS}?limit=1`)).body;
    const other = await aCustomer(brim);

    const answers = [
      await other.get(`${RECORDS}?cursor=${next_cursor}`),
      await customer.get(`${RECORDS}?cursor=${next_cursor.slice(0, -2)}`),
      await customer.get(`${RECORDS}?cursor=${next_cursor}A`),
    ];

    for (const { status, body } of answers) {
      expect(status).toBe(400);
      expect(body.details.issues[0].path).toBe("cursor");
    }
  });

  it("reject a key without billing:read with 403", async () => {
    const stranger = await aCustomer(brim, ["usage:write"]);

    const { status, body } = await stranger.get(RECORDS);

    expect(status).toBe(403);
    expect(body.details).toEqual({ required_scope: "billing:read" });
  });
});
