import { env } from "@/lib/platform/env";

/** Where people land who asked for nothing else. */
export const HOME_PATH = "/billing";

/** Longer than any address of ours. next-auth keeps the address in a cookie, and browsers drop one that is too long. */
const MAX_LENGTH = 2_048;

/** What can be returned to is a page: not sign-in itself, which would lead back and forth, and not the API. */
const NO_PAGE = /^\/(api|sign-in|sign-out)(\/|$)/;

/**
 * The path to go to after sign-in: the path, query and hash of the address asked for when it is on our own origin,
 * otherwise the billing page. Nothing else of the address is kept, so a link to our sign-in page cannot lead people to
 * another site.
 */
export function ownPath(asked: string | undefined): string {
  const { origin } = new URL(env().APP_URL);
  if (asked === undefined || asked.length > MAX_LENGTH || !URL.canParse(asked, origin)) return HOME_PATH;
  const url = new URL(asked, origin);
  if (url.origin !== origin || url.pathname === "/" || NO_PAGE.test(url.pathname)) return HOME_PATH;
  const path = `${url.pathname}${url.search}${url.hash}`;
  // "//host" would name another site; the path of a blob: address is itself an address.
  return /^\/(?![/\\])/.test(path) ? path : HOME_PATH;
}

/** The same as an address. */
export function ownAddress(asked: string): string {
  return `${new URL(env().APP_URL).origin}${ownPath(asked)}`;
}
