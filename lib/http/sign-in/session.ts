import { getToken } from "next-auth/jwt";
import { findSession, type Session } from "@/lib/auth";
import { env } from "@/lib/platform/env";
import { isId } from "@/lib/platform/ids";

/** The claim in next-auth's token that names the session. */
export const SESSION_ID = "sid";

/**
 * Reads the session of a browser's cookie; null when there is none or it has ended. The cookie only names the session:
 * whether it still exists, whose it is and what it is narrowed to is read from the database at each request. Works
 * outside Next too.
 */
export async function readSession(headers: Headers): Promise<Session | null> {
  const cookies = parseCookies(headers.get("cookie") ?? "");
  if (Object.keys(cookies).length === 0) return null;
  const token = await getToken({
    // next-auth wants cookies as a plain object, and reads nothing else of a request.
    req: { headers: Object.fromEntries(headers), cookies } as unknown as Parameters<
      typeof getToken
    >[0]["req"],
    secret: env().NEXTAUTH_SECRET,
    secureCookie: env().APP_URL.startsWith("https:"),
  });
  const sessionId = token?.[SESSION_ID];
  if (typeof sessionId !== "string" || !isId("session", sessionId)) return null;
  const session = await findSession(sessionId, new Date());
  return session?.userId === token?.sub ? session : null;
}

function parseCookies(header: string): Record<string, string> {
  const pairs = header.split(";").map((pair) => pair.trim().split("=") as [string, ...string[]]);
  return Object.fromEntries(pairs.filter(([name]) => name).map(([name, ...rest]) => [name, rest.join("=")]));
}
