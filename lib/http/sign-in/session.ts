import { getToken } from "next-auth/jwt";
import { env } from "@/lib/platform/env";
import { type CustomerId, isId, type UserId } from "@/lib/platform/ids";

/**
 * Claims in next-auth's token that narrow a session: to one customer, and to an end in seconds since 1970. The end is told
 * apart from the token's own, which next-auth moves on whenever it is asked for the session.
 */
export const ONLY_CUSTOMER = "onlyCustomerId";
export const ENDS_AT = "endsAt";

/** Whose browser it is. */
export interface BrowserSession {
  userId: UserId;
  /** Set when a billing link opened the session: it is good for this customer alone, whatever else the user belongs to. */
  onlyCustomerId: CustomerId | null;
}

/**
 * The session of a browser's cookie, or null. Works outside Next too; who the user may act for is read from the database
 * at each request, and the cookie can only narrow it.
 */
export async function readSession(headers: Headers): Promise<BrowserSession | null> {
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
  if (!token?.sub || !isId("user", token.sub)) return null;
  const only = token[ONLY_CUSTOMER];
  if (only === undefined) return { userId: token.sub, onlyCustomerId: null };
  const isOver = !(Number(token[ENDS_AT]) > Date.now() / 1_000);
  return typeof only === "string" && isId("customer", only) && !isOver
    ? { userId: token.sub, onlyCustomerId: only }
    : null;
}

function parseCookies(header: string): Record<string, string> {
  const pairs = header.split(";").map((pair) => pair.trim().split("=") as [string, ...string[]]);
  return Object.fromEntries(pairs.filter(([name]) => name).map(([name, ...rest]) => [name, rest.join("=")]));
}
