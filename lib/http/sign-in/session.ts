import { createHash } from "node:crypto";
import { parseCookie } from "cookie";
import { encode, getToken } from "next-auth/jwt";
import { findSession, type Session } from "@/lib/auth";
import { env } from "@/lib/platform/env";
import { isId, type SessionId, type UserId } from "@/lib/platform/ids";

/** The claim of next-auth's token that contains the session id. */
export const SESSION_ID = "sid";

/**
 * Reads the session of a browser's cookie; null if there is none or it has ended. The cookie only names the session: whether
 * it exists, whose it is, and what it is restricted to is read from the database for each request. Also works outside Next.
 */
export async function readSession(headers: Headers): Promise<Session | null> {
  const cookies = parseCookie(headers.get("cookie") ?? "");
  if (Object.keys(cookies).length === 0) return null;
  const token = await getToken({
    // next-auth expects cookies as a plain object, and reads nothing else of a request.
    req: { headers: Object.fromEntries(headers), cookies } as unknown as Parameters<
      typeof getToken
    >[0]["req"],
    secret: env().NEXTAUTH_SECRET,
    secureCookie: isSecure(),
  });
  const sessionId = token?.[SESSION_ID];
  if (typeof sessionId !== "string" || !isId("session", sessionId)) return null;
  const session = await findSession(sessionId, new Date());
  return session?.userId === token?.sub ? session : null;
}

/** next-auth's session cookie, and the parts into which it splits a long one. */
const SESSION_COOKIE = /^(__Secure-)?next-auth\.session-token(\.\d+)?$/;

/** Whether next-auth would read a cookie as the session, or as part of it. */
export function isSessionCookie(name: string): boolean {
  return name.includes("next-auth.session-token");
}

/**
 * Returns the `Set-Cookie` header that starts a session in a browser, in the format that next-auth writes and reads.
 * @see https://next-auth.js.org/configuration/options#cookies the name of the cookie
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
  const name = `${isSecure() ? "__Secure-" : ""}next-auth.session-token`;
  return `${name}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${isSecure() ? "; Secure" : ""}`;
}

/** Returns the `Set-Cookie` headers that remove the session from a browser. */
export function expiredSessionCookies(cookieHeader: string): string[] {
  return Object.keys(parseCookie(cookieHeader))
    .filter((name) => SESSION_COOKIE.test(name))
    .map((name) => {
      const secure = name.startsWith("__Secure-") ? "; Secure" : "";
      return `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure}`;
    });
}

/**
 * Reads the token that next-auth requires in each form from the cookie that it has set; null if there is none, or if it was
 * made with another secret. With the token in the page, sign-in works without JavaScript.
 *
 * @see https://next-auth.js.org/configuration/options#cookies the cookie is `token|hash`
 */
export function readCsrfToken(cookieOf: (name: string) => string | undefined): string | null {
  const cookie = cookieOf(isSecure() ? "__Host-next-auth.csrf-token" : "next-auth.csrf-token") ?? "";
  const [token = "", hash = ""] = cookie.split("|");
  const expected = createHash("sha256").update(`${token}${env().NEXTAUTH_SECRET}`).digest("hex");
  return hash === expected ? token : null;
}

function isSecure(): boolean {
  return env().APP_URL.startsWith("https:");
}
