export { type CustomerMail, type MailFact, mailCustomer } from "./mail-facts";
export { findOutboxMail, isOutboxEnabled, listOutbox, type OutboxMail } from "./outbox";
export {
  customerMailTask,
  type MailReaders,
  type MailRecipients,
  resumeCustomerMails,
  type StoredMail,
} from "./send-customer-mail";
export { isMailEnabled } from "./send-mail";
export { sendSignInLink } from "./sign-in-link";
export type { MailKind, MailProps } from "./templates/props";
