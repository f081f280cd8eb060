import { env } from "@/lib/platform/env";
import { InvalidRequestError, NotFoundError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { errorResponse } from "../pipeline/errors";
import { readText } from "../pipeline/read-body";
import { toResponse } from "../pipeline/response";
import { SIGN_IN_PAGE } from "./auth-options";
import { limitSignIn } from "./limit-sign-in";

/** Far more than any sign-in form sends. */
const MAX_AUTH_BODY_BYTES = 16 * 1024;

/**
 * The operations of next-auth that are allowed, by method. Not `_log`, which would write what anyone sends into our log. Not
 * `session` and `signout`, because next-auth does not know that sessions end on the server.
 */
const OPERATIONS: Record<string, readonly string[]> = {
  GET: ["callback", "csrf", "error", "signin", "verify-request"],
  POST: ["callback", "signin"],
};

/** A request as next-auth receives it. */
export interface AuthRequest {
  method: string;
  headers: Headers;
  body?: string;
}

/**
 * Handles requests to `/api/auth`: rejects what next-auth does not need to see, and passes it a body that has been checked.
 *
 * @param segments the rest of the path, decoded: next-auth chooses its operation by them
 * @param run calls next-auth
 */
export async function checkAuthRequest(
  request: Request,
  segments: readonly string[],
  run: (checked: AuthRequest) => Promise<Response>,
): Promise<Response> {
  try {
    const [operation = ""] = segments;
    if (!OPERATIONS[request.method]?.includes(operation)) throw new NotFoundError("sign-in operation");
    const limited = await limitSignIn(request, operation);
    if (limited) return limited;
    if (operation === "callback" && new URL(request.url).searchParams.has("error")) return redirectToSignIn();
    const { method, headers } = request;
    if (method !== "POST") return await run({ method, headers });
    const body = await readText(request, MAX_AUTH_BODY_BYTES);
    if (isJson(headers)) checkFields(body);
    return await run({ method, headers, body });
  } catch (error) {
    const requestId = newId("request");
    const response = errorResponse(error, requestId);
    return toResponse({ ...response, headers: { ...response.headers, "x-request-id": requestId } });
  }
}

/**
 * A provider returns the user with an `error`, usually because they declined. next-auth would log its text, which can be
 * anything.
 */
function redirectToSignIn(): Response {
  const location = `${env().APP_URL}${SIGN_IN_PAGE}?error=OAuthCallback`;
  return new Response(null, { status: 302, headers: { location } });
}

/** Decides like next-auth. */
function isJson(headers: Headers): boolean {
  return headers.get("content-type")?.includes("application/json") ?? false;
}

/**
 * Checks the types of JSON fields, which next-auth uses as strings without checking.
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
    throw new InvalidRequestError([{ path: "", message: "Send the form fields as a JSON object." }]);
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
