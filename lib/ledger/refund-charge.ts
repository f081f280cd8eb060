import { type Nanos, nanos } from "@/lib/money";
import { inCustomerShare, isKnownKey, onPool, type Statement } from "@/lib/platform/db";
import { IdempotencyConflictError, NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, type Id, newId } from "@/lib/platform/ids";
import { BalanceOutOfRangeError, isOutOfRange, RefundTooLargeError } from "./errors";
import type { IdempotentRequest } from "./idempotent-request";

/** A refund of a charge. */
export interface RefundChargeRequest extends IdempotentRequest {
  customerId: CustomerId;
  chargeId: string;
  /** Null for the whole remaining amount. */
  amount: Nanos | null;
}

/** A refund that was posted. */
export interface PostedRefund {
  refundId: Id<"refund">;
  chargeId: string;
  amount: Nanos;
  balanceAfter: Nanos;
  availableAfter: Nanos;
  createdAt: Date;
  isReplay: boolean;
}

export const REFUND_CHARGE: Statement = {
  name: "ledger_refund_charge",
  text: `
    SELECT outcome, refund_id, amount::text AS amount, balance_after::text AS balance, held_after::text AS held,
           posted_at, refundable::text AS refundable
    FROM ledger_refund_charge($1, $2, $3::bigint, $4, $5, $6, $7, $8, $9::jsonb, $10)`,
};

interface RefundRow {
  outcome: string;
  refund_id: string;
  amount: string;
  balance: string;
  held: string;
  posted_at: Date;
  refundable: string;
}

/**
 * Refunds a charge to the balance, in part or in full, never more than was charged.
 *
 * @throws NotFoundError no such charge of this customer
 * @throws RefundTooLargeError the amount exceeds the charge's remaining amount
 * @throws BalanceOutOfRangeError the balance would exceed the range of the ledger
 * @throws IdempotencyConflictError the key was used for another request
 */
export async function refundCharge(request: RefundChargeRequest): Promise<PostedRefund> {
  const row = await runRefund(request);
  switch (row.outcome) {
    case "posted":
    case "replayed":
      return {
        refundId: row.refund_id as Id<"refund">,
        chargeId: request.chargeId,
        amount: nanos(BigInt(row.amount)),
        balanceAfter: nanos(BigInt(row.balance)),
        availableAfter: nanos(BigInt(row.balance) - BigInt(row.held)),
        createdAt: row.posted_at,
        isReplay: row.outcome === "replayed",
      };
    case "key_conflict":
      throw new IdempotencyConflictError();
    case "too_much":
      throw new RefundTooLargeError(nanos(BigInt(row.refundable)));
    case "not_found":
      throw new NotFoundError("charge");
    default:
      throw new Error(`The database answered with an unknown outcome: ${row.outcome}`);
  }
}

async function runRefund(request: RefundChargeRequest): Promise<RefundRow> {
  const values = [
    request.customerId,
    request.chargeId,
    request.amount?.toString() ?? null,
    newId("refund"),
    request.owner,
    request.key,
    request.requestHash,
    request.description,
    JSON.stringify(request.metadata),
    request.apiKeyId,
  ];
  const run = () => inCustomerShare(request.customerId, () => onPool().run<RefundRow>(REFUND_CHARGE, values));
  const duplicate = (error: unknown) => {
    if (isKnownKey(error)) return null;
    throw isOutOfRange(error) ? new BalanceOutOfRangeError({ cause: error }) : error;
  };
  // A concurrent refund with the same key won: the second run finds it. If refused again, the key belongs to a hold.
  const rows = (await run().catch(duplicate)) ?? (await run().catch(duplicate));
  if (!rows) throw new IdempotencyConflictError();
  const [row] = rows;
  if (!row) throw new Error("A ledger function answered without a row.");
  return row;
}
