/** Where people land who asked for nothing else. */
export const HOME_PATH = "/billing";

/**
 * The address to go to after sign-in: the one asked for when it is ours, otherwise the billing page. Anything else
 * would let a link to our sign-in page lead people to a foreign site.
 */
export function ownAddress(asked: string, origin: string): string {
  const url = URL.canParse(asked, origin) ? new URL(asked, origin) : null;
  if (!url || url.origin !== origin || url.pathname === "/") return `${origin}${HOME_PATH}`;
  // As a path alone, "//host" would name another site.
  if (url.pathname.startsWith("//")) return `${origin}${HOME_PATH}`;
  return url.href;
}

/** The same as a path, for links and redirects of our own pages. */
export function ownPath(asked: string | undefined, origin: string): string {
  return ownAddress(asked ?? "", origin).slice(origin.length);
}
