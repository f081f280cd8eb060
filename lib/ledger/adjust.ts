import { type Nanos, nanos } from "@/lib/money";
import { isKeyTaken, isKnownKey, type Queryable, type Statement } from "@/lib/platform/db";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import type { ApiKeyId, CustomerId, TransferId } from "@/lib/platform/ids";
import {
  AccountNotActiveError,
  BalanceOutOfRangeError,
  InsufficientBalanceError,
  isOutOfRange,
  UnknownCustomerError,
} from "./errors";

/** A correction of a balance by the operator. */
export interface AdjustRequest {
  customerId: CustomerId;
  transferId: TransferId;
  /** Signed and not zero, at most a million dollars either way. */
  amount: Nanos;
  /** Whether the available amount may become negative. */
  mayOverdraw: boolean;
  /** The idempotency key, its owner and the request hash, as on every row that moves money. */
  owner: string;
  key: string;
  requestHash: string;
  reason: string;
  apiKeyId: ApiKeyId | null;
}

/** An adjustment that was posted. */
export interface PostedAdjustment {
  transferId: TransferId;
  /** Signed. */
  amount: Nanos;
  balanceAfter: Nanos;
  availableAfter: Nanos;
  createdAt: Date;
  isReplay: boolean;
}

const ADJUST: Statement = {
  name: "ledger_adjust",
  text: `
    SELECT outcome, transfer_id, amount::text AS amount, balance_after::text AS balance, held_after::text AS held, posted_at
    FROM ledger_adjust($1, $2::bigint, $3, $4, $5, $6, $7, $8, $9::boolean)`,
};

interface AdjustRow {
  outcome: string;
  transfer_id: string;
  amount: string;
  balance: string;
  held: string;
  posted_at: Date;
}

/**
 * Adjusts a balance, once per idempotency key. Frozen accounts can be adjusted too.
 *
 * @throws InsufficientBalanceError the available amount would become negative, and that was not allowed
 * @throws AccountNotActiveError the account is closed
 * @throws IdempotencyConflictError the key was used for another request
 * @throws UnknownCustomerError there is no such customer
 */
export async function adjust(db: Queryable, request: AdjustRequest): Promise<PostedAdjustment> {
  const row = await runAdjust(db, request);
  switch (row.outcome) {
    case "posted":
    case "replayed":
      return {
        transferId: row.transfer_id as TransferId,
        amount: nanos(BigInt(row.amount)),
        balanceAfter: nanos(BigInt(row.balance)),
        availableAfter: nanos(BigInt(row.balance) - BigInt(row.held)),
        createdAt: row.posted_at,
        isReplay: row.outcome === "replayed",
      };
    case "key_conflict":
      throw new IdempotencyConflictError();
    case "insufficient":
      throw new InsufficientBalanceError(
        request.customerId,
        nanos(BigInt(row.balance) - BigInt(row.held)),
        nanos(-request.amount),
      );
    case "account_closed":
      throw new AccountNotActiveError("closed");
    case "no_account":
      throw new UnknownCustomerError();
    default:
      throw new Error(`The database answered with an unknown outcome: ${row.outcome}`);
  }
}

async function runAdjust(db: Queryable, request: AdjustRequest): Promise<AdjustRow> {
  try {
    const [row] = await db.run<AdjustRow>(ADJUST, [
      request.customerId,
      request.amount.toString(),
      request.transferId,
      request.owner,
      request.key,
      request.requestHash,
      request.reason,
      request.apiKeyId,
      request.mayOverdraw ? "true" : "false",
    ]);
    if (!row) throw new Error("A ledger function answered without a row.");
    return row;
  } catch (error) {
    // A key of transfers was looked up under the account's lock, so it can only name a hold or a refund of a top-up.
    if (isKnownKey(error) || isKeyTaken(error)) throw new IdempotencyConflictError();
    throw isOutOfRange(error) ? new BalanceOutOfRangeError({ cause: error }) : error;
  }
}
