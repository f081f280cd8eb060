import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { toResponse } from "../answer";
import { SIGN_IN_PAGE } from "../auth-options";
import { requireOwnOrigin } from "../authenticate";
import { errorAnswer } from "../errors";

/** next-auth's session cookie, and the parts into which it cuts a long one. */
const SESSION_COOKIE = /^(__Secure-)?next-auth\.session-token(\.\d+)?$/;

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
  for (const name of sessionCookies(request.headers.get("cookie") ?? "")) {
    const secure = name.startsWith("__Secure-") ? "; Secure" : "";
    headers.append("set-cookie", `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure}`);
  }
  return new Response(null, { status: 303, headers });
}

function sessionCookies(header: string): string[] {
  return header
    .split(";")
    .map((pair) => pair.split("=")[0]?.trim() ?? "")
    .filter((name) => SESSION_COOKIE.test(name));
}
