/** The name under which the error page recognises that the database does not answer. */
export const DATABASE_AWAY = "database-away";
