import type { Tx } from "@/lib/platform/db";
import { type CustomerId, newId } from "@/lib/platform/ids";

/** What customers are told about. A CHECK in the database has the same list. */
export type NoticeKind =
  | "auto_topup_succeeded"
  | "auto_topup_declined"
  | "auto_topup_action_required"
  | "auto_topup_disabled"
  | "daily_cap_reached"
  | "card_expiring"
  | "low_balance";

/** A fact that the customer is told about. */
export interface Notice {
  customerId: CustomerId;
  kind: NoticeKind;
  /** The id of the top-up, card or other object concerned. */
  subjectId: string;
  details?: Record<string, string | number | null>;
}

/** Adds a notice in the transaction that makes it true. A fact that has one keeps it, so that nobody is told twice. */
export async function addNotice(tx: Tx, notice: Notice, now: Date): Promise<void> {
  await tx.customerNotice.createMany({
    data: { details: {}, ...notice, noticeId: newId("notice"), createdAt: now },
    skipDuplicates: true,
  });
}
