import { createHash } from "node:crypto";
import { env } from "@/lib/platform/env";
import { type AppError, isAppError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { clientAddress } from "../limits/client-address";
import { type Bucket, countRequest, RateLimitedError } from "../limits/rate-limits";
import { errorResponse } from "../pipeline/errors";
import { toResponse } from "../pipeline/response";
import { SIGN_IN_PAGE } from "./auth-options";
import { normalizeTypedEmail } from "./verified-email";

/** The error codes of the sign-in page. */
const TOO_MANY_ATTEMPTS = "TooManyAttempts";
const TOO_MANY_MAILS = "TooManyMails";

/**
 * Counts an attempt to sign in against the client's address: with the demo's password, by requesting a link, or by returning
 * from a link or a provider.
 *
 * @param operation next-auth's operation, as the router has decoded it
 * @returns null, or the response if the limit is exceeded: a redirect to the sign-in page for browsers, otherwise 429
 */
export async function limitSignIn(request: Request, operation: string): Promise<Response | null> {
  const bucket = bucketFor(request.method, operation);
  if (!bucket) return null;
  try {
    await countRequest(bucket, clientAddress(request.headers));
    return null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return tooManyRequests(request, error, TOO_MANY_ATTEMPTS);
  }
}

/** Returning from a link or provider has a higher limit: its token cannot be guessed, and an office may share an address. */
function bucketFor(method: string, operation: string): Bucket | null {
  if (operation !== "signin" && operation !== "callback") return null;
  if (method === "POST") return "sign_in";
  return operation === "callback" ? "sign_in_returns" : null; // GET signin is a page
}

/**
 * Counts a sign-in email against the client's address and against its recipient, whether or not the recipient is known.
 * @returns null, or the response if a limit is exceeded
 */
export async function limitSignInMail(request: Request, typed: string): Promise<Response | null> {
  try {
    await countRequest("mail_sender", clientAddress(request.headers));
    await countRequest("mail_recipient", hashMailbox(normalizeTypedEmail(typed)));
    return null;
  } catch (error) {
    if (error instanceof RateLimitedError) return tooManyRequests(request, error, TOO_MANY_MAILS);
    return null; // not an email address: next-auth rejects it
  }
}

/** Identifies a mailbox without storing its address. At most providers, what follows a "+" is the same mailbox. */
function hashMailbox(email: string): string {
  const [local = "", domain = ""] = email.split("@");
  const mailbox = `${local.split("+")[0]}@${domain}`;
  return createHash("sha256").update(mailbox).digest("base64url");
}

function tooManyRequests(request: Request, error: AppError, code: string): Response {
  const requestId = newId("request");
  const response = errorResponse(error, requestId);
  if (!request.headers.get("accept")?.includes("text/html")) {
    return toResponse({ ...response, headers: { ...response.headers, "x-request-id": requestId } });
  }
  const { "content-type": _, ...headers } = response.headers;
  const location = `${env().APP_URL}${SIGN_IN_PAGE}?error=${code}`;
  return new Response(null, { status: 303, headers: { ...headers, location } });
}
