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
  createSignInToken,
  createVerifiedUser,
  findUserByEmail,
  findUserByProviderAccount,
  linkProviderAccount,
  readUser,
  redeemSignInToken,
} from "./sign-in-store";
export {
  type AddressProof,
  createDemoUser,
  findOrCreateUser,
  findUserByPassword,
  hasLogin,
  lockUser,
  recordAddressProof,
  type SignedInUser,
} from "./users";
