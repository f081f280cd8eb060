export {
  API_KEY_STATUSES,
  type ApiKey,
  type ApiKeyStatus,
  apiKeyStatus,
  listApiKeys,
  readApiKey,
} from "./api-key";
export { createApiKey, type IssuedApiKey, issueApiKey, type NewApiKey } from "./create-api-key";
export { KeyNotRollableError, LastAdminKeyError } from "./errors";
export { isListedKey, refreshListedKeys } from "./listed-keys";
export { revokeApiKey } from "./revoke-api-key";
export {
  DEFAULT_GRACE_SECONDS,
  MAX_GRACE_SECONDS,
  type RollApiKey,
  type RolledApiKey,
  rollApiKey,
} from "./roll-api-key";
export { CUSTOMER_SCOPES, OPERATOR_SCOPES } from "./scopes";
export { isKeyLookedUp, verifyApiKey } from "./verify-api-key";
