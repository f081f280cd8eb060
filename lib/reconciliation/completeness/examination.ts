import type { ChargeFacts } from "@/lib/stripe";

/** What the items of one part of a report share. */
export interface Examination {
  now: Date;
  /** The charges of the time that is compared, by id. */
  charges: ReadonlyMap<string, ChargeFacts>;
  /** The payments that Stripe has the money of. */
  paid: ReadonlySet<string>;
  /** The sources of the balance transactions of the time that is compared. */
  moved: ReadonlySet<string>;
  /** Counts what was missing and has been settled. */
  healed: number;
}
