import { env } from "@/lib/platform/env";
import { type AppError, isAppError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { clientAddress } from "../limits/client-address";
import { type Bucket, countRequest } from "../limits/rate-limits";
import { toResponse } from "../pipeline/answer";
import { errorAnswer } from "../pipeline/errors";
import { SIGN_IN_PAGE } from "./auth-options";

/** What the sign-in page says when somebody tried too often. */
export const TOO_MANY_ATTEMPTS = "TooManyAttempts";

/**
 * Counts an attempt to sign in against the caller's address: the password of the demo, asking for a link by e-mail, and
 * coming back from a link or a provider.
 *
 * @param operation what next-auth will do, as the router has decoded it: a path can be written in many ways
 * @returns null while it may go on; the answer when there were too many: for a browser the sign-in page, else 429
 */
export async function limitSignIn(request: Request, operation: string): Promise<Response | null> {
  const bucket = bucketFor(request.method, operation);
  if (!bucket) return null;
  try {
    await countRequest(bucket, clientAddress(request.headers));
    return null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return tooManyAttempts(request, error, TOO_MANY_ATTEMPTS);
  }
}

/** A way back makes a query or a call to a provider, but it can only be guessed: an office may use many at once. */
function bucketFor(method: string, operation: string): Bucket | null {
  if (operation !== "signin" && operation !== "callback") return null;
  if (method === "POST") return "sign_in";
  return operation === "callback" ? "sign_in_returns" : null; // the other one is a page
}

/** The answer when somebody tried too often: for a browser the sign-in page, which says so by `code`; else 429. */
export function tooManyAttempts(request: Request, error: AppError, code: string): Response {
  const requestId = newId("request");
  const answer = errorAnswer(error, requestId);
  if (!request.headers.get("accept")?.includes("text/html")) {
    return toResponse({ ...answer, headers: { ...answer.headers, "x-request-id": requestId } }, Response);
  }
  const location = `${env().APP_URL}${SIGN_IN_PAGE}?error=${code}`;
  return new Response(null, { status: 303, headers: { ...answer.headers, location } });
}
