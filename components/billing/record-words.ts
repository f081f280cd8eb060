import type { TransferKind } from "@/lib/ledger";

/** What each kind of transfer is called on the page. */
const NAMES: Record<TransferKind, string> = {
  credit: "Top-up",
  charge: "Usage",
  refund: "Usage given back",
  stripe_refund: "Refund to your card",
  stripe_refund_reversal: "Refund taken back",
  dispute: "Disputed payment",
  dispute_reversal: "Dispute won",
  grant: "Credit from us",
  expiry: "Expired credit",
  adjustment: "Adjustment",
};

/** The name of a record: what the caller wrote about it, or its kind. */
export function recordName(kind: TransferKind, description: string | null): string {
  return description || NAMES[kind];
}

/** The kind, for below a name that the caller wrote. */
export function kindName(kind: TransferKind): string {
  return NAMES[kind];
}
