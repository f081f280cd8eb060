import { type Nanos, nanos } from "@/lib/money";
import type { Tx } from "@/lib/platform/db";
import { ConflictError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { UnknownCustomerError } from "./errors";
import { CHAIN_CHECK } from "./verify/checks/chain";
import type { FindingRow } from "./verify/finding";

/** The stored numbers of an account. */
export interface AccountNumbers {
  balance: Nanos;
  held: Nanos;
  /** The `seq` of the last transfer. */
  lastSeq: bigint;
}

/** An account's numbers before the repair, and as its transfers and open holds give them. */
export interface AccountRepair {
  before: AccountNumbers;
  after: AccountNumbers;
  status: string;
}

/** The transfers contradict each other, so the balance cannot be derived from them. */
export class ContradictoryTransfersError extends ConflictError {}

/**
 * Sets an account's balance, held amount and last `seq` to what its transfers and open holds give. The account is locked
 * first. Its status does not change.
 *
 * @param options.isDryRun reports the changes without making them
 * @throws UnknownCustomerError there is no such account
 * @throws ContradictoryTransfersError the transfers have a gap or do not add up from row to row
 */
export async function repairAccount(
  tx: Tx,
  customerId: CustomerId,
  options: { isDryRun: boolean },
): Promise<AccountRepair> {
  const account = await lockAccount(tx, customerId);
  await refuseContradiction(tx, customerId);
  const after = await readExplained(tx, customerId);
  if (!options.isDryRun) {
    await tx.ledgerAccount.update({
      where: { customerId },
      data: { balanceNanos: after.balance, heldNanos: after.held, lastSeq: after.lastSeq },
    });
  }
  return { before: numbersOf(account), after, status: account.status };
}

/** Tells whether a repair has anything to change. */
export function isRepairNeeded({ before, after }: AccountRepair): boolean {
  return before.balance !== after.balance || before.held !== after.held || before.lastSeq !== after.lastSeq;
}

interface NumbersRow {
  balance: string;
  held: string;
  last_seq: string;
}

async function lockAccount(tx: Tx, customerId: CustomerId): Promise<NumbersRow & { status: string }> {
  const [account] = await tx.$queryRaw<(NumbersRow & { status: string })[]>`
    SELECT balance_nanos::text AS balance, held_nanos::text AS held, last_seq::text AS last_seq, status
    FROM ledger_account WHERE customer_id = ${customerId} FOR UPDATE`;
  if (!account) throw new UnknownCustomerError();
  return account;
}

async function refuseContradiction(tx: Tx, customerId: CustomerId): Promise<void> {
  const broken = CHAIN_CHECK.sql((table) => `(SELECT * FROM ${table} WHERE customer_id = $1)`);
  const [first] = await tx.$queryRawUnsafe<Pick<FindingRow, "message">[]>(
    `SELECT message FROM (${broken}) broken ORDER BY seq LIMIT 1`,
    customerId,
  );
  if (first) {
    throw new ContradictoryTransfersError(
      `The transfers contradict each other, so they do not say what the balance is. ${first.message}`,
    );
  }
}

async function readExplained(tx: Tx, customerId: CustomerId): Promise<AccountNumbers> {
  const [row] = await tx.$queryRaw<NumbersRow[]>`
    SELECT coalesce(sum(CASE direction WHEN 'credit' THEN amount_nanos ELSE -amount_nanos END), 0)::text AS balance,
           coalesce(max(seq), 0)::text AS last_seq,
           (SELECT coalesce(sum(amount_nanos), 0) FROM ledger_hold
            WHERE customer_id = ${customerId} AND status = 'open')::text AS held
    FROM ledger_transfer WHERE customer_id = ${customerId}`;
  if (!row) throw new Error("A sum came back without a row.");
  return numbersOf(row);
}

function numbersOf({ balance, held, last_seq: lastSeq }: NumbersRow): AccountNumbers {
  return { balance: nanos(BigInt(balance)), held: nanos(BigInt(held)), lastSeq: BigInt(lastSeq) };
}
