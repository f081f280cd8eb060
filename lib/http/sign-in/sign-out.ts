import { endSessionsLike } from "@/lib/auth";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { toResponse } from "../pipeline/answer";
import { requireOwnOrigin } from "../pipeline/authenticate";
import { errorAnswer } from "../pipeline/errors";
import { SIGN_IN_PAGE } from "./auth-options";
import { readSession } from "./session";
import { expiredSessionCookies } from "./session-cookie";

/**
 * Signs out: ends the user's sessions on the server, on every device, takes the cookie away and leads to the sign-in
 * page. A plain form of ours can post here without next-auth's token, because a post from another site is refused.
 */
export async function signOut(request: Request): Promise<Response> {
  try {
    requireOwnOrigin(request.headers);
    const session = await readSession(request.headers);
    if (session) await endSessionsLike(session);
  } catch (error) {
    // The cookie stays while its session may still be open: sign-out can then be repeated.
    return toResponse(errorAnswer(error, newId("request")), Response);
  }
  const headers = new Headers({ location: `${env().APP_URL}${SIGN_IN_PAGE}` });
  for (const cookie of expiredSessionCookies(request.headers.get("cookie") ?? "")) {
    headers.append("set-cookie", cookie);
  }
  return new Response(null, { status: 303, headers });
}
