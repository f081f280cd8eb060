import { isDatabaseUnavailable } from "@/lib/platform/db";
import { DATABASE_AWAY } from "./database-away";

/** Runs what reads the database for a page; when it is away, the error page will say so. */
export async function withDatabase<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    // Next hides an error's text from the browser, but keeps a digest that is already there.
    if (isDatabaseUnavailable(error))
      throw Object.assign(new Error("The database does not answer.", { cause: error }), {
        digest: DATABASE_AWAY,
      });
    throw error;
  }
}
