export { type CustomerMail, customerMailTask, enqueueCustomerMail } from "./customer-mail";
export { type RefundMailInput, refundMail } from "./refund-mail";
export type { Mail } from "./send-mail";
export { sendSignInLink } from "./sign-in-link";
