import { env } from "@/lib/platform/env";
import { isAppError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { clientAddress } from "../limits/client-address";
import { countRequest } from "../limits/rate-limits";
import { toResponse } from "../pipeline/answer";
import { errorAnswer } from "../pipeline/errors";
import { SIGN_IN_PAGE } from "./auth-options";

/** What the sign-in page says when somebody tried too often. */
export const TOO_MANY_ATTEMPTS = "TooManyAttempts";

/** Attempts to sign in: the password of the demo, and asking for a link by e-mail. */
const ATTEMPT = /^\/api\/auth\/(signin|callback)\//;

/**
 * Counts an attempt to sign in against the caller's address.
 *
 * @returns null while it may go on; the answer when there were too many: for a browser the sign-in page, else 429
 */
export async function limitSignIn(request: Request): Promise<Response | null> {
  if (request.method !== "POST" || !ATTEMPT.test(new URL(request.url).pathname)) return null;
  try {
    await countRequest("sign_in", clientAddress(request.headers));
    return null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    const requestId = newId("request");
    const answer = errorAnswer(error, requestId);
    if (!request.headers.get("accept")?.includes("text/html")) {
      return toResponse({ ...answer, headers: { ...answer.headers, "x-request-id": requestId } }, Response);
    }
    const location = `${env().APP_URL}${SIGN_IN_PAGE}?error=${TOO_MANY_ATTEMPTS}`;
    return new Response(null, { status: 303, headers: { ...answer.headers, location } });
  }
}
