/** A house account: the other side of a customer's transfers. It has no stored balance. */
export type HouseAccount = "stripe_clearing" | "revenue" | "disputes" | "adjustments" | "promotions";

/** Which way a transfer moves a customer's balance: a credit raises it. */
export const DIRECTIONS = ["credit", "debit"] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What a transfer is for. Each kind has one house account, and all but `adjustment` one direction; the database says so too. */
export const TRANSFER_KINDS = {
  credit: { direction: "credit", house: "stripe_clearing" },
  stripe_refund: { direction: "debit", house: "stripe_clearing" },
  stripe_refund_reversal: { direction: "credit", house: "stripe_clearing" },
  dispute: { direction: "debit", house: "disputes" },
  dispute_reversal: { direction: "credit", house: "disputes" },
  charge: { direction: "debit", house: "revenue" },
  refund: { direction: "credit", house: "revenue" },
  grant: { direction: "credit", house: "promotions" },
  expiry: { direction: "debit", house: "promotions" },
  adjustment: { direction: null, house: "adjustments" },
} as const satisfies Record<string, { direction: Direction | null; house: HouseAccount }>;

export type TransferKind = keyof typeof TRANSFER_KINDS;
