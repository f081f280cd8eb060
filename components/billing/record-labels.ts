import type { TransferKind } from "@/lib/ledger";

const NAMES: Record<TransferKind, string> = {
  credit: "Top-up",
  charge: "Usage",
  refund: "Usage refund",
  stripe_refund: "Refund to your card",
  stripe_refund_reversal: "Refund reversed",
  dispute: "Disputed payment",
  dispute_reversal: "Dispute won",
  grant: "Promotional credit",
  expiry: "Expired credit",
  adjustment: "Adjustment",
};

/** Returns the caller's description, or the label of the kind if there is none. */
export function recordName(kind: TransferKind, description: string | null): string {
  return description || NAMES[kind];
}

export function kindName(kind: TransferKind): string {
  return NAMES[kind];
}
