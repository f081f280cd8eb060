export {
  type Actor,
  type CustomerActor,
  ForbiddenError,
  hasScope,
  idempotencyOwner,
  type OperatorActor,
  ROLES,
  type Role,
  requireCustomer,
  requireOperator,
  requireScope,
  SCOPES,
  type Scope,
  scopesOfRole,
  UnauthorizedError,
} from "./actor";
export { createDemoUser, findUserByPassword, provideUser, type SignedInUser } from "./users";
