export { inCustomerShare, withCustomerTransaction } from "./customer-share";
export { databaseTimeouts, setQueryTimeout } from "./deadline";
export { isDatabaseUnavailable, isDuplicate, isKeyTaken, isKnownKey, isRetryable } from "./failures";
export { findDatabaseProblems, pool, preparesStatements } from "./pool";
export { closeDatabase, Prisma, prisma, type Tx, withTransaction } from "./prisma";
export { repeatConflicts } from "./repeat-conflicts";
export { inTransaction, onClient, onPool, type Queryable, type Statement } from "./statements";
