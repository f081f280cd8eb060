import {
  readAutoReceipt,
  readConfirmationMail,
  readDailyCapMail,
  readDeclineMail,
  readDisabledMail,
  readMonthlyCapMail,
} from "@/lib/auto-charge";
import { findBillingRecipients } from "@/lib/customers";
import { customerMailTask, type MailReaders } from "@/lib/emails";
import { readLowBalanceMail } from "@/lib/low-balance";
import { readExpiringCardMail } from "@/lib/payment-methods";
import type { QueuedTask } from "@/lib/platform/jobs";
import { readRefundMail } from "@/lib/refunds";
import { readReceipt } from "@/lib/top-ups";

const READERS: MailReaders = {
  topup_credited: readReceipt,
  refund_succeeded: readRefundMail,
  auto_topup_succeeded: readAutoReceipt,
  auto_topup_declined: readDeclineMail,
  auto_topup_action_required: readConfirmationMail,
  auto_topup_disabled: readDisabledMail,
  daily_cap_reached: readDailyCapMail,
  monthly_cap_reached: readMonthlyCapMail,
  card_expiring: readExpiringCardMail,
  low_balance: readLowBalanceMail,
};

/** The task that sends the emails to customers. The worker runs it. */
export const MAIL_TASKS: readonly QueuedTask[] = [customerMailTask(findBillingRecipients, READERS)];
