import { encode } from "next-auth/jwt";
import { env } from "@/lib/platform/env";
import type { SessionId, UserId } from "@/lib/platform/ids";
import { SESSION_ID } from "./session";

/** next-auth's session cookie, and the parts into which it cuts a long one. */
const SESSION_COOKIE = /^(__Secure-)?next-auth\.session-token(\.\d+)?$/;

/** Whether a cookie is the session's, or one that next-auth would take for a part of it. */
export function isSessionCookie(name: string): boolean {
  return name.includes("next-auth.session-token");
}

/** The lines that take a session's cookie away from a browser. */
export function expiredSessionCookies(cookieHeader: string): string[] {
  return cookieHeader
    .split(";")
    .map((pair) => pair.split("=")[0]?.trim() ?? "")
    .filter((name) => SESSION_COOKIE.test(name))
    .map((name) => {
      const secure = name.startsWith("__Secure-") ? "; Secure" : "";
      return `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure}`;
    });
}

/**
 * The line that gives a browser the cookie of a session, in the form that next-auth makes and reads.
 *
 * @see https://next-auth.js.org/configuration/options#cookies the cookie's name
 */
export async function sessionCookie(
  session: { userId: UserId; sessionId: SessionId },
  maxAgeSeconds: number,
): Promise<string> {
  const token = await encode({
    token: { sub: session.userId, [SESSION_ID]: session.sessionId },
    secret: env().NEXTAUTH_SECRET,
    maxAge: maxAgeSeconds,
  });
  const isSecure = env().APP_URL.startsWith("https:");
  const name = `${isSecure ? "__Secure-" : ""}next-auth.session-token`;
  return `${name}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
}
