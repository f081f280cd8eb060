import { env } from "@/lib/platform/env";
import { InvalidRequestError, NotFoundError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { toResponse } from "../pipeline/answer";
import { errorAnswer } from "../pipeline/errors";
import { readText } from "../pipeline/read-body";
import { SIGN_IN_PAGE } from "./auth-options";
import { limitSignIn } from "./limit-sign-in";

/** Far more than any form of sign-in sends. */
const MAX_AUTH_BODY_BYTES = 16 * 1024;

/**
 * What next-auth is asked for, by method. Its `_log` is not among them: it writes what anybody sends into our log, for a
 * client that Brim does not use. Nor are `session` and `signout`: they do not know that sessions end on the server.
 */
const OPERATIONS: Record<string, readonly string[]> = {
  GET: ["callback", "csrf", "error", "signin", "verify-request"],
  POST: ["callback", "signin"],
};

/** A request as next-auth gets it. */
export interface AuthRequest {
  method: string;
  headers: Headers;
  body?: string;
}

/**
 * Answers below `/api/auth`: refuses what next-auth need not see, and gives it a body that is read and checked.
 *
 * @param segments the rest of the path as the router has decoded it, since next-auth chooses its operation by these
 * @param run calls next-auth
 */
export async function answerAuthRequest(
  request: Request,
  segments: readonly string[],
  run: (checked: AuthRequest) => Promise<Response>,
): Promise<Response> {
  try {
    const [operation = ""] = segments;
    if (!OPERATIONS[request.method]?.includes(operation)) throw new NotFoundError("operation of sign-in");
    const refused = await limitSignIn(request, operation);
    if (refused) return refused;
    if (operation === "callback" && new URL(request.url).searchParams.has("error")) return signInAgain();
    const { method, headers } = request;
    if (method !== "POST") return await run({ method, headers });
    const body = await readText(request, MAX_AUTH_BODY_BYTES);
    if (isJson(headers)) checkFields(body);
    return await run({ method, headers, body });
  } catch (error) {
    const requestId = newId("request");
    const answer = errorAnswer(error, requestId);
    return toResponse({ ...answer, headers: { ...answer.headers, "x-request-id": requestId } }, Response);
  }
}

/**
 * A provider sends people back with an `error`, mostly because they said no. next-auth would write its text, which is
 * anybody's, into the log.
 */
function signInAgain(): Response {
  const location = `${env().APP_URL}${SIGN_IN_PAGE}?error=OAuthCallback`;
  return new Response(null, { status: 302, headers: { location } });
}

/** As next-auth decides it. */
function isJson(headers: Headers): boolean {
  return headers.get("content-type")?.includes("application/json") ?? false;
}

/**
 * The fields of a form, whether as a form or as JSON. next-auth takes them for texts without looking.
 * @throws InvalidRequestError
 */
function checkFields(body: string): void {
  const fields = parse(body);
  const isForm =
    typeof fields === "object" &&
    fields !== null &&
    !Array.isArray(fields) &&
    Object.values(fields).every((value) => typeof value === "string" || typeof value === "boolean");
  if (!isForm) {
    throw new InvalidRequestError([{ path: "", message: "Send the fields of the form as a JSON object." }]);
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
