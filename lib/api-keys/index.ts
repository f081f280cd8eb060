export { CUSTOMER_SCOPES, createApiKey, OPERATOR_SCOPES, revokeApiKey } from "./create-api-key";
export { verifyApiKey } from "./verify-api-key";
