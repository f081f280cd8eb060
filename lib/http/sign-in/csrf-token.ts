import { createHash } from "node:crypto";
import { env } from "@/lib/platform/env";

/**
 * The token that next-auth wants back from each form, out of the cookie that it has set; null when there is none or
 * when it was made with another secret. With it in the page, sign-in works before and without JavaScript.
 *
 * @see https://next-auth.js.org/configuration/options#cookies the cookie is `token|hash`
 */
export function readCsrfToken(cookieOf: (name: string) => string | undefined): string | null {
  const isSecure = env().APP_URL.startsWith("https:");
  const cookie = cookieOf(isSecure ? "__Host-next-auth.csrf-token" : "next-auth.csrf-token") ?? "";
  const [token = "", hash = ""] = cookie.split("|");
  const expected = createHash("sha256").update(`${token}${env().NEXTAUTH_SECRET}`).digest("hex");
  return hash === expected ? token : null;
}
