/** The house account on the other side of a customer's transfer. It has no stored balance. */
export type HouseAccount = "stripe_clearing" | "revenue" | "disputes" | "adjustments" | "promotions";

/** Which way a transfer moves a customer's balance: a credit raises it. */
export const DIRECTIONS = ["credit", "debit"] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Each kind of transfer has one house account and, except for `adjustment`, one direction. The database enforces the same. */
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
