import { endSessionsLike } from "@/lib/auth";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { requireOwnOrigin } from "../pipeline/authenticate";
import { errorResponse } from "../pipeline/errors";
import { toResponse } from "../pipeline/response";
import { SIGN_IN_PAGE } from "./auth-options";
import { expiredSessionCookies, readSession } from "./session";

/**
 * Signs out: ends the user's sessions on all devices, removes the cookie and redirects to the sign-in page. Forms can post
 * here without next-auth's token, because requests from other sites are rejected.
 */
export async function signOut(request: Request): Promise<Response> {
  try {
    requireOwnOrigin(request.headers);
    const session = await readSession(request.headers);
    if (session) await endSessionsLike(session);
  } catch (error) {
    // The cookie stays, because its session may still be open: the user can try again.
    return toResponse(errorResponse(error, newId("request")));
  }
  const headers = new Headers({ location: `${env().APP_URL}${SIGN_IN_PAGE}` });
  for (const cookie of expiredSessionCookies(request.headers.get("cookie") ?? "")) {
    headers.append("set-cookie", cookie);
  }
  return new Response(null, { status: 303, headers });
}
