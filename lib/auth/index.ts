export {
  type Actor,
  type CustomerActor,
  ForbiddenError,
  hasScope,
  idempotencyOwner,
  ROLES,
  type Role,
  requireCustomer,
  requireScope,
  SCOPES,
  type Scope,
  scopesOfRole,
  UnauthorizedError,
} from "./actor";
export { createDemoUser, findUserByPassword, type SignedInUser } from "./users";
