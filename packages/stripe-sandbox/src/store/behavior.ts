import type { Queryable } from "./database";
import { readSetting, writeSetting } from "./settings";

/**
 * Choices where Stripe's own behavior depends on the account or is not documented. The first value is the default.
 */
export const BEHAVIOR_CHOICES = {
  /** When the `payment` of a bank debit enters the balance: at once, pending, or only after the bank has paid. */
  bank_debit_funds: ["at_start", "when_settled"],
  /** The type of the balance transaction that returns a failed refund. */
  refund_failure_type: ["refund_failure", "adjustment"],
  /**
   * Whether the balance covers new refunds. While it is too low, card refunds wait and others fail, or all are
   * rejected with `balance_insufficient`.
   */
  refund_funds: ["available", "too_low", "rejected"],
  /** The events of a failed refund: `refund.updated` and `refund.failed`, or `refund.failed` alone. */
  refund_failed_events: ["updated_and_failed", "failed"],
  /** The event of a canceled refund. */
  refund_canceled_event: ["refund.updated", "refund.failed"],
  /** The event of a prevented dispute: `charge.dispute.closed` or `.updated`. */
  dispute_prevented_event: ["closed", "updated"],
  /** What paying an invoice off-session does when the bank requires 3-D Secure. */
  invoice_authentication: ["declined", "requires_action"],
  /** Whether `invoice.payment_failed` comes with `invoice.payment_action_required`. */
  invoice_action_events: ["with_payment_failed", "alone"],
  /** Whether the tax of an invoice falls back on the address of the payment method. */
  invoice_tax_address: ["with_payment_method", "customer_only"],
} as const;

type Choices = { -readonly [Name in keyof typeof BEHAVIOR_CHOICES]: (typeof BEHAVIOR_CHOICES)[Name][number] };

export interface Behavior extends Choices {
  /** The currency in which the account is paid, with the rate for every other currency. Null: without conversion. */
  settlement: { currency: string; exchange_rate: number } | null;
}

const SETTING = "behavior";

export async function readBehavior(db: Queryable): Promise<Behavior> {
  const stored = await readSetting(db, SETTING);
  const defaults = Object.entries(BEHAVIOR_CHOICES).map(([name, [first]]) => [name, first]);
  return {
    ...(Object.fromEntries(defaults) as unknown as Choices),
    settlement: null,
    ...(stored && (JSON.parse(stored) as Partial<Behavior>)),
  };
}

/** Changes the given fields and returns the whole. */
export async function changeBehavior(db: Queryable, change: Partial<Behavior>): Promise<Behavior> {
  const behavior: Behavior = { ...(await readBehavior(db)), ...change };
  await writeSetting(db, SETTING, JSON.stringify(behavior));
  return behavior;
}

export async function resetBehavior(db: Queryable): Promise<void> {
  await writeSetting(db, SETTING, "{}");
}
