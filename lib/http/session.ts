import { getToken } from "next-auth/jwt";
import { env } from "@/lib/platform/env";
import { isId, type UserId } from "@/lib/platform/ids";

/**
 * The user of a browser's session cookie, or null. Works outside Next too; who the user may act for is read from the
 * database at each request and never from the cookie.
 */
export async function readSessionUser(headers: Headers): Promise<UserId | null> {
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
  return token?.sub && isId("user", token.sub) ? token.sub : null;
}

function parseCookies(header: string): Record<string, string> {
  const pairs = header.split(";").map((pair) => pair.trim().split("=") as [string, ...string[]]);
  return Object.fromEntries(pairs.filter(([name]) => name).map(([name, ...rest]) => [name, rest.join("=")]));
}
