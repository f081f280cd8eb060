export { type DatabaseAddress, DatabaseAddressError, parseDatabaseAddress } from "./address";
export { findServerProblems } from "./check-server";
export { type ConnectionOptions, connectClient, createPool, WITHOUT_TIME_LIMITS } from "./connect";
export { findSessionProblems, keepsSessions } from "./prove-session";
export { SESSION_SETTINGS, type SessionSetting, setUpSession } from "./session";
