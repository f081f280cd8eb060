import { env } from "@/lib/platform/env";

/** The default page after sign-in. */
const HOME_PATH = "/billing";

/** Longer than any path of ours. next-auth keeps the URL in a cookie, and browsers drop long cookies. */
const MAX_LENGTH = 2_048;

/** Not pages to return to: the sign-in page would redirect back and forth, and the API is not a page. */
const NOT_A_PAGE = /^\/(api|sign-in|sign-out)(\/|$)/;

/**
 * Returns the path to open after sign-in: path, query and hash of the requested URL if it is on our own origin, otherwise the
 * billing page. Prevents open redirects.
 */
export function safeReturnPath(requested: string | undefined): string {
  const { origin } = new URL(env().APP_URL);
  if (requested === undefined || requested.length > MAX_LENGTH || !URL.canParse(requested, origin)) {
    return HOME_PATH;
  }
  const url = new URL(requested, origin);
  if (url.origin !== origin || url.pathname === "/" || NOT_A_PAGE.test(url.pathname)) return HOME_PATH;
  const path = `${url.pathname}${url.search}${url.hash}`;
  // "//host" is another site; the path of a blob: URL is itself a URL.
  return /^\/(?![/\\])/.test(path) ? path : HOME_PATH;
}

/** Returns the same as an absolute URL. */
export function safeReturnUrl(requested: string): string {
  return `${new URL(env().APP_URL).origin}${safeReturnPath(requested)}`;
}
