export { type DatabaseAddress, DatabaseAddressError, parseDatabaseAddress } from "./address";
export { type ConnectionOptions, connectClient, createPool, WITHOUT_TIME_LIMITS } from "./connect";
export { SESSION_SETTINGS, type SessionSetting, setUpSession } from "./session";
