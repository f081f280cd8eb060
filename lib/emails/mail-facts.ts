import type { Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { enqueueTask } from "@/lib/platform/jobs";
import { isMailEnabled } from "./send-mail";
import type { MailKind } from "./templates/props";

/** What is stored with the fact of an email, where it cannot be read when the email is sent. Amounts are whole cents. */
export interface MailDetails {
  auto_topup_succeeded: {
    /** Whether the customer paid, on the page of the invoice, instead of us charging the card. */
    isPaidByCustomer: boolean;
  };
  auto_topup_disabled: { reason: string };
  daily_cap_reached: {
    capCents: number;
    capCount: number;
    /** What automatic top-ups have charged in the last 24 hours. */
    usedCents: number;
    usedCount: number;
    /** When another charge fits; null if that is unknown. */
    freesAt: string | null;
    /** Whether these caps are the ones that the customer has already raised. */
    isRaised: boolean;
  };
  monthly_cap_reached: {
    capCents: number;
    /** What automatic top-ups have charged in the calendar month (UTC). */
    usedCents: number;
    /** When the next month begins. */
    freesAt: string | null;
  };
  card_expiring: { paymentMethodId: string };
  low_balance: { thresholdCents: number };
}

export type DetailsOf<Kind extends MailKind> = Kind extends keyof MailDetails
  ? MailDetails[Kind]
  : Record<string, never>;

/** The fact that an email to a customer is about. There is one email for each kind and subject. */
export interface MailFact<Kind extends MailKind = MailKind> {
  customerId: CustomerId;
  kind: Kind;
  /** The id of the fact, such as that of the refund. */
  subjectId: string;
}

/** An email to a customer that is to be sent. */
export type CustomerMail = {
  [Kind in MailKind]: MailFact<Kind> &
    (Kind extends keyof MailDetails ? { details: MailDetails[Kind] } : { details?: never });
}[MailKind];

export const MAIL_TASK = "mail-customer";

/**
 * Enqueues an email in the transaction that writes its fact. A second call for the same fact does nothing. Without a mail
 * server the fact is stored, and no email is sent later.
 */
export async function mailCustomer(tx: Tx, mail: CustomerMail): Promise<void> {
  const { customerId, kind, subjectId, details } = mail;
  const { count } = await tx.customerMail.createMany({
    data: { customerId, kind, subjectId, details: { ...details } },
    skipDuplicates: true,
  });
  if (count > 0 && isMailEnabled()) await enqueueMail(tx, mail);
}

/** Enqueues the task that sends an email. */
export async function enqueueMail(tx: Tx, { customerId, kind, subjectId }: MailFact): Promise<void> {
  await enqueueTask(tx, {
    name: MAIL_TASK,
    payload: { customerId, kind, subjectId },
    key: `${customerId}:${kind}:${subjectId}`,
  });
}
