import type { TestCard } from "../../cards/test-cards";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { disputeByCard } from "../disputes/open-dispute";
import { settleAfterCharge } from "../invoices/settle-after-charge";

/** Something that follows a captured charge, in its transaction and after its events. */
export type AfterCharge = (tx: Tx, charge: Stripe.Charge, card: TestCard) => Promise<void>;

const steps: readonly AfterCharge[] = [settleAfterCharge, disputeByCard];

/** Called once for every charge whose money was captured. */
export async function afterCharge(tx: Tx, charge: Stripe.Charge, card: TestCard): Promise<void> {
  for (const step of steps) await step(tx, charge, card);
}
