export {
  type Customer,
  createCustomer,
  findCustomer,
  findCustomerByEmail,
  readCustomer,
} from "./create-customer";
export { addMember, joinCustomersByEmail, listCustomersOf, type MemberOf, roleOf } from "./members";
export {
  ensureStripeCustomer,
  findOwner,
  findStripeCustomer,
  mapStripeObject,
  type StripeCustomerLink,
  type StripeObjectOwner,
  storeDefaultCard,
} from "./stripe-customer";
