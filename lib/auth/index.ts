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
export {
  endSession,
  endSessionsLike,
  findSession,
  pruneSessions,
  type Session,
  startSession,
} from "./sessions";
export {
  type AddressProof,
  createDemoUser,
  findUserByPassword,
  provideUser,
  recordAddressProof,
  type SignedInUser,
} from "./users";
