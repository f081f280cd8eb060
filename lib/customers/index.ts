export {
  type Customer,
  createCustomer,
  findCustomer,
  findCustomerByEmail,
  readCustomer,
} from "./create-customer";
export {
  type CustomerAccount,
  listCustomers,
  readCustomerAccount,
} from "./customer-account";
export { type AccountChange, freezeCustomer, unfreezeCustomer } from "./freeze-customer";
export {
  addMember,
  addMemberUnlessPresent,
  findBillingRecipients,
  isKnownAddress,
  joinCustomersByEmail,
  listCustomersOf,
  type MemberOf,
  roleOf,
} from "./members";
export { registerCustomer } from "./register-customer";
export { describeRepair, type RepairRequest, repairCustomerAccount } from "./repair-account";
export {
  adoptStripeCustomer,
  ensureStripeCustomer,
  findCustomerByStripeId,
  findOwner,
  findStripeCustomer,
  findStripeCustomers,
  mapStripeObject,
  type StripeCustomerLink,
  type StripeObjectOwner,
  storeDefaultCard,
  unlinkStripeCustomer,
} from "./stripe-customer";
