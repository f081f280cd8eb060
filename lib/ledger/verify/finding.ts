/** A rule of the ledger that is broken. */
export interface Finding {
  /** The name of the rule, such as `balance` or `charge_without_hold`. */
  check: string;
  /** Null for the database as a whole. */
  customerId: string | null;
  /** The `seq` of the transfer, if there is one. */
  seq: bigint | null;
  /** The id of the transfer, hold, top-up or key, if there is one. */
  subjectId: string | null;
  /** What is wrong, with the numbers. Amounts are in nanos, as in the columns. */
  message: string;
  /** How many rows of the customer break the rule. The finding is about the first. */
  count: number;
}

/** A rule about the database as a whole. */
export interface Check {
  name: string;
  /** A SELECT of the rows that break the rule: `customer_id`, `seq`, `subject_id` and `message`. */
  sql: string;
}

/** A rule about each customer. */
export interface CustomerCheck {
  name: string;
  /**
   * The same SELECT. It reads every table as `part("table")`, which is limited to the customers of a page, also in a join.
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

/** A finding as SQL returns it. */
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
