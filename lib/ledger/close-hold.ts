import { type Nanos, nanos } from "@/lib/money";
import { inCustomerShare, onPool, type Statement } from "@/lib/platform/db";
import { ConflictError, NotFoundError } from "@/lib/platform/errors";
import { type ApiKeyId, type CustomerId, type HoldId, type Id, newId } from "@/lib/platform/ids";
import { AccountNotActiveError, BalanceOutOfRangeError, ForeignHoldError, isOutOfRange } from "./errors";
import { type Hold, readHold } from "./holds";
import { refuseInsufficient } from "./refuse-insufficient";

/** A hold and the principal that closes it: `operator` may close any hold, a customer only its own. */
export interface HoldRef {
  customerId: CustomerId;
  holdId: string;
  principal: string;
}

/** A hold that was captured. */
export interface CapturedHold {
  holdId: HoldId;
  chargeId: Id<"charge">;
  held: Nanos;
  captured: Nanos;
  expiresAt: Date | null;
  balanceAfter: Nanos;
  availableAfter: Nanos;
  createdAt: Date;
  isReplay: boolean;
}

export const CAPTURE_HOLD: Statement = {
  name: "ledger_capture_hold",
  text: `
    SELECT outcome, charge_id, amount::text AS amount, balance_after::text AS balance, held_after::text AS held,
           posted_at, hold_status, hold_amount::text AS hold_amount, hold_expires_at
    FROM ledger_capture_hold($1, $2, $3::bigint, $4, $5, $6)`,
};

interface CaptureRow {
  outcome: string;
  charge_id: string;
  amount: string;
  balance: string;
  held: string;
  posted_at: Date;
  hold_status: string;
  hold_amount: string;
  hold_expires_at: Date | null;
}

/**
 * Captures a hold, in part or in full. Up to the held amount this always succeeds, even if the account is frozen. An amount
 * above the hold takes the rest from what is available, or changes nothing.
 *
 * @param options.amount null for the whole hold
 * @throws NotFoundError no such hold · ForeignHoldError another principal opened it
 * @throws ConflictError captured with another amount, released or expired
 * @throws InsufficientBalanceError the part above the hold is not available
 */
export async function captureHold(
  ref: HoldRef,
  options: { amount: Nanos | null; apiKeyId: ApiKeyId | null },
): Promise<CapturedHold> {
  const row = await runCapture(ref, options);
  const holdId = ref.holdId as HoldId;
  switch (row.outcome) {
    case "captured":
    case "replayed":
      return {
        holdId,
        chargeId: row.charge_id as Id<"charge">,
        held: nanos(BigInt(row.hold_amount)),
        captured: nanos(BigInt(row.amount)),
        expiresAt: row.hold_expires_at,
        balanceAfter: nanos(BigInt(row.balance)),
        availableAfter: nanos(BigInt(row.balance) - BigInt(row.held)),
        createdAt: row.posted_at,
        isReplay: row.outcome === "replayed",
      };
    case "insufficient":
      return refuseInsufficient(
        ref.customerId,
        nanos(BigInt(row.balance) - BigInt(row.held)),
        nanos(BigInt(row.amount)),
      );
    case "already_captured":
      throw new ConflictError("This hold was captured with another amount.");
    case "account_frozen":
    case "account_closed":
      throw new AccountNotActiveError(row.outcome.replace("account_", ""));
    default:
      return refuse(row.outcome, row.hold_status);
  }
}

async function runCapture(
  ref: HoldRef,
  options: { amount: Nanos | null; apiKeyId: ApiKeyId | null },
): Promise<CaptureRow> {
  try {
    const values = [
      ref.customerId,
      ref.holdId,
      options.amount?.toString() ?? null,
      newId("charge"),
      ref.principal,
      options.apiKeyId,
    ];
    const rows = await inCustomerShare(ref.customerId, () => onPool().run<CaptureRow>(CAPTURE_HOLD, values));
    return only(rows);
  } catch (error) {
    throw isOutOfRange(error) ? new BalanceOutOfRangeError({ cause: error }) : error;
  }
}

/** Returns the row as it was before, so that no second read is needed after the hold is closed. */
export const RELEASE_HOLD: Statement = {
  name: "ledger_release_hold",
  text: `
    SELECT released.outcome, hold.amount_nanos::text AS amount, hold.opened_by, hold.expires_at, hold.created_at
    FROM ledger_release_hold($1, $2, $3) AS released(outcome)
    LEFT JOIN ledger_hold hold ON hold.customer_id = $1 AND hold.hold_id = $2`,
};

interface ReleaseRow {
  outcome: string;
  amount: string;
  opened_by: string;
  expires_at: Date | null;
  created_at: Date;
}

/**
 * Releases a hold. A hold that was released or has expired stays as it is, and the call succeeds.
 *
 * @throws NotFoundError no such hold · ForeignHoldError another principal opened it · ConflictError it was captured
 */
export async function releaseHold(ref: HoldRef): Promise<{ hold: Hold; isReplay: boolean }> {
  const { customerId, holdId, principal } = ref;
  const rows = await inCustomerShare(customerId, () =>
    onPool().run<ReleaseRow>(RELEASE_HOLD, [customerId, holdId, principal]),
  );
  const row = only(rows);
  if (row.outcome === "released") {
    const { amount, opened_by: openedBy, expires_at: expiresAt, created_at: createdAt } = row;
    const known = { openedBy, expiresAt, createdAt, amount: nanos(BigInt(amount)), captured: null };
    return { hold: { ...known, holdId: holdId as HoldId, customerId, status: "released" }, isReplay: false };
  }
  if (row.outcome === "replayed") return { hold: await readHold(customerId, holdId), isReplay: true };
  if (row.outcome === "already_captured")
    throw new ConflictError("This hold was captured and cannot be released.");
  return refuse(row.outcome, "");
}

function refuse(outcome: string, status: string): never {
  if (outcome === "not_found") throw new NotFoundError("hold");
  if (outcome === "foreign") throw new ForeignHoldError();
  if (outcome === "closed") throw new ConflictError(`This hold was ${status} and cannot be captured.`);
  throw new Error(`The database answered with an unknown outcome: ${outcome}`);
}

function only<Row>(rows: Row[]): Row {
  const [row] = rows;
  if (!row) throw new Error("A ledger function answered without a row.");
  return row;
}
