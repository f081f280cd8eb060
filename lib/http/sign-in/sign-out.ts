import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { toResponse } from "../pipeline/answer";
import { requireOwnOrigin } from "../pipeline/authenticate";
import { errorAnswer } from "../pipeline/errors";
import { SIGN_IN_PAGE } from "./auth-options";
import { endedSession } from "./session-cookie";

/**
 * Signs out: takes the session's cookie away and leads to the sign-in page. A plain form of ours can post here without
 * next-auth's token, because a post from a foreign page is refused.
 */
export async function signOut(request: Request): Promise<Response> {
  try {
    requireOwnOrigin(request.headers);
  } catch (error) {
    return toResponse(errorAnswer(error, newId("request")), Response);
  }
  const headers = new Headers({ location: `${env().APP_URL}${SIGN_IN_PAGE}` });
  for (const cookie of endedSession(request.headers.get("cookie") ?? ""))
    headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}
