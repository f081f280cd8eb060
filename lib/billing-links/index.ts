export { BILLING_LINK_PATH, createBillingLink, type NewBillingLink } from "./create-billing-link";
export { pruneBillingLinks } from "./prune-billing-links";
export {
  LINK_SESSION_SECONDS,
  type LinkState,
  type LinkVisitor,
  peekBillingLink,
  redeemBillingLink,
} from "./redeem-billing-link";
