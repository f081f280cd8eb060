import { isDatabaseUnavailable } from "@/lib/platform/db";
import { DATABASE_UNAVAILABLE } from "./database-unavailable";

/** Runs a database read for a page. Shows an error page if the database is unavailable. */
export async function withDatabase<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    // Next hides the error message from the browser but keeps an existing digest.
    if (isDatabaseUnavailable(error))
      throw Object.assign(new Error("The database is unavailable.", { cause: error }), {
        digest: DATABASE_UNAVAILABLE,
      });
    throw error;
  }
}
