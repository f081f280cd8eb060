/** Error digest by which the error page recognizes a database outage. */
export const DATABASE_UNAVAILABLE = "database-unavailable";
