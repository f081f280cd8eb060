import { type Nanos, nanos } from "@/lib/money";
import { reportFailedItem } from "@/lib/platform/alerts";
import {
  inCustomerShare,
  isDatabaseUnavailable,
  isKnownKey,
  onPool,
  type Statement,
} from "@/lib/platform/db";
import { IdempotencyConflictError, isAppError } from "@/lib/platform/errors";
import { type ApiKeyId, type CustomerId, type Id, newId } from "@/lib/platform/ids";
import { type ChargeRequest, charge, type PostedCharge } from "./charge";
import {
  AccountNotActiveError,
  BalanceOutOfRangeError,
  InsufficientBalanceError,
  UnknownCustomerError,
} from "./errors";
import { noteRefusal } from "./refuse-insufficient";

/** One charge of a batch. The idempotency owner and the API key are the same for all of them. */
export type BatchItem = Omit<ChargeRequest, "owner" | "apiKeyId">;

/** The result of one item. An error that is no `AppError` is our own fault. */
export type BatchResult = { ok: true; charge: PostedCharge } | { ok: false; error: Error };

export const CHARGE_BATCH: Statement = {
  name: "ledger_charge_batch",
  text: `
    SELECT n, outcome, charge_id, amount::text AS amount, balance_after::text AS balance, held_after::text AS held, posted_at
    FROM ledger_charge_batch($1, $2, $3, $4::jsonb)`,
};

interface BatchRow {
  n: number;
  outcome: string;
  charge_id: string;
  amount: string;
  balance: string;
  held: string;
  posted_at: Date;
}

/**
 * Charges many items, in order. Each customer's items are one statement that commits by itself. A transaction over several
 * customers could deadlock with that of another batch.
 *
 * @returns the results in the order of the items
 * @throws when the database is unavailable: some customers' items may be committed, and the same batch can be sent again
 */
export async function chargeBatch(
  items: readonly BatchItem[],
  caller: { owner: string; apiKeyId: ApiKeyId | null },
): Promise<BatchResult[]> {
  const parts = new Map<CustomerId, number[]>();
  items.forEach((item, index) => {
    const part = parts.get(item.customerId);
    if (part) part.push(index);
    else parts.set(item.customerId, [index]);
  });
  const results = new Array<BatchResult>(items.length);
  for (const [customerId, indexes] of parts) {
    const written = await chargePart(customerId, items, indexes, caller);
    for (const [n, result] of written) results[n] = result;
  }
  return results;
}

/** The charges of one customer in a batch. */
interface BatchPart {
  customerId: CustomerId;
  owner: string;
  apiKeyId: ApiKeyId | null;
  entries: readonly BatchEntry[];
}

/** One charge as `ledger_charge_batch` takes it. */
interface BatchEntry {
  /** Its place in the batch. */
  n: number;
  /** The id of the new charge. */
  id: string;
  key: string;
  hash: string;
  /** Nanos, as decimal digits. */
  amount: string;
  description: string | null;
  metadata: Record<string, string>;
  overdraft: boolean;
}

/** Results by the item's place in the batch. */
type PlacedResults = Map<number, BatchResult>;

async function chargePart(
  customerId: CustomerId,
  items: readonly BatchItem[],
  indexes: readonly number[],
  caller: { owner: string; apiKeyId: ApiKeyId | null },
): Promise<PlacedResults> {
  const part = { customerId, ...caller, entries: indexes.map((n) => entryOf(items[n] as BatchItem, n)) };
  try {
    const rows = await runBatch(part);
    if (rows.some(({ outcome }) => outcome === "insufficient")) await noteRefusal(customerId);
    return new Map(rows.map((row) => [row.n, resultOf(row, customerId, items[row.n]?.amount ?? nanos(0n))]));
  } catch (error) {
    // During an outage nobody knows what was written. The idempotency keys tell when the batch is sent again.
    if (isDatabaseUnavailable(error)) throw error;
    // Anything else is the fault of an item or of this account, and the other items must not suffer for it.
    return chargeOneByOne(items, indexes, caller);
  }
}

async function runBatch({ customerId, owner, apiKeyId, entries }: BatchPart): Promise<BatchRow[]> {
  const values = [customerId, owner, apiKeyId, JSON.stringify(entries)];
  const run = () => inCustomerShare(customerId, () => onPool().run<BatchRow>(CHARGE_BATCH, values));
  return run().catch((error: unknown) => {
    // The same key was written at the same moment by another request: the second run finds it.
    if (isKnownKey(error)) return run();
    throw error;
  });
}

async function chargeOneByOne(
  items: readonly BatchItem[],
  indexes: readonly number[],
  caller: { owner: string; apiKeyId: ApiKeyId | null },
): Promise<PlacedResults> {
  const results: PlacedResults = new Map();
  for (const n of indexes) {
    const item = items[n] as BatchItem;
    results.set(n, await chargeItem({ ...item, ...caller }));
  }
  return results;
}

async function chargeItem(request: ChargeRequest): Promise<BatchResult> {
  try {
    return { ok: true, charge: await charge(request) };
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    if (!isAppError(error)) {
      const { customerId } = request;
      const message = "A charge failed for a reason that is not the caller's.";
      await reportFailedItem({ customerId, kind: "charge_failed", subjectId: customerId, message }, error);
    }
    return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function entryOf(item: BatchItem, n: number): BatchEntry {
  return {
    n,
    id: newId("charge"),
    key: item.key,
    hash: item.requestHash,
    amount: item.amount.toString(),
    description: item.description,
    metadata: item.metadata,
    overdraft: item.allowOverdraft,
  };
}

function resultOf(row: BatchRow, customerId: CustomerId, required: Nanos): BatchResult {
  switch (row.outcome) {
    case "posted":
    case "replayed":
      return {
        ok: true,
        charge: {
          chargeId: row.charge_id as Id<"charge">,
          amount: nanos(BigInt(row.amount)),
          balanceAfter: nanos(BigInt(row.balance)),
          availableAfter: nanos(BigInt(row.balance) - BigInt(row.held)),
          createdAt: row.posted_at,
          isReplay: row.outcome === "replayed",
        },
      };
    case "key_conflict":
      return { ok: false, error: new IdempotencyConflictError() };
    case "insufficient": {
      const available = nanos(BigInt(row.balance) - BigInt(row.held));
      return { ok: false, error: new InsufficientBalanceError(customerId, available, required) };
    }
    case "account_frozen":
    case "account_closed":
      return { ok: false, error: new AccountNotActiveError(row.outcome.replace("account_", "")) };
    case "out_of_range":
      return { ok: false, error: new BalanceOutOfRangeError() };
    case "no_account":
      return { ok: false, error: new UnknownCustomerError() };
    default:
      throw new Error(`The database answered with an unknown outcome: ${row.outcome}`);
  }
}
