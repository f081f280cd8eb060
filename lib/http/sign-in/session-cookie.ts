import { encode } from "next-auth/jwt";
import type { SignedInUser } from "@/lib/auth";
import { env } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { ENDS_AT, ONLY_CUSTOMER } from "./session";

/** next-auth's session cookie, and the parts into which it cuts a long one. */
const SESSION_COOKIE = /^(__Secure-)?next-auth\.session-token(\.\d+)?$/;

/** The lines that take a session away from a browser. */
export function endedSession(cookieHeader: string): string[] {
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
 * The line that gives a browser a session for one customer alone, in the form that next-auth makes and reads.
 *
 * @see https://next-auth.js.org/configuration/options#cookies the cookie's name
 */
export async function newSession(
  user: SignedInUser,
  customerId: CustomerId,
  maxAgeSeconds: number,
): Promise<string> {
  const { userId, email, name: shownName } = user;
  const endsAt = Math.floor(Date.now() / 1_000) + maxAgeSeconds;
  const token = await encode({
    token: { sub: userId, email, name: shownName, [ONLY_CUSTOMER]: customerId, [ENDS_AT]: endsAt },
    secret: env().NEXTAUTH_SECRET,
    maxAge: maxAgeSeconds,
  });
  const isSecure = env().APP_URL.startsWith("https:");
  const name = `${isSecure ? "__Secure-" : ""}next-auth.session-token`;
  return `${name}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
}
