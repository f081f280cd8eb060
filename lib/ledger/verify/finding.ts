/** Something in the books that must not be. */
export interface Finding {
  /** Which rule is broken, as `balance` or `charge_without_hold`. */
  check: string;
  /** Null when it is about the database as a whole. */
  customerId: string | null;
  /** The number of the customer's transfer, where it is about one. */
  seq: bigint | null;
  /** The id of the transfer, hold, top-up or key, where it is about one. */
  subjectId: string | null;
  /** What is wrong, with the numbers. Amounts are in nanos, as the columns have them. */
  message: string;
  /** How many rows of the customer break the rule; this is the first of them. */
  count: number;
}

/** One rule over the database as a whole. */
export interface Check {
  name: string;
  /** A SELECT of what breaks the rule: `customer_id`, `seq`, `subject_id` and `message`. */
  sql: string;
}

/** One rule over some customers. */
export interface CustomerCheck {
  name: string;
  /**
   * The same SELECT. It reads every table as `part("table")`, the rows of its customers: also one that it joins, or each
   * page of customers would read all of that table.
   */
  sql(part: (table: string) => string): string;
}

/** Rules that another module adds: its own tables against those of the ledger. */
export interface ModuleChecks {
  /** Rules over each row by itself, or across customers. */
  rows: readonly CustomerCheck[];
  /** Rules that bring the rows of a customer together. */
  histories: readonly CustomerCheck[];
}

/** A finding as SQL gives it. */
export interface FindingRow {
  customer_id: string | null;
  seq: string | null;
  subject_id: string | null;
  message: string;
  count: number;
}

export function findingOf(check: string, row: FindingRow): Finding {
  return {
    check,
    customerId: row.customer_id,
    seq: row.seq === null ? null : BigInt(row.seq),
    subjectId: row.subject_id,
    message: row.message,
    count: row.count,
  };
}
