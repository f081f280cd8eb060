import type { Session } from "../resources/checkout-sessions/session";

/** Where the customer goes after success, with the session's id filled in where the address asks for it. */
export function successAddress(session: Session): string | null {
  const address = session.success_url ?? session.return_url ?? null;
  return address?.replaceAll("{CHECKOUT_SESSION_ID}", session.id) ?? null;
}
