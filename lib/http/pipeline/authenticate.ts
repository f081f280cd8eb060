import { verifyApiKey } from "@/lib/api-keys";
import { type Actor, ForbiddenError, scopesOfRole, UnauthorizedError } from "@/lib/auth";
import { roleOf } from "@/lib/customers";
import { env } from "@/lib/platform/env";
import { invalidField } from "@/lib/platform/errors";
import { isId } from "@/lib/platform/ids";
import { clientAddress } from "../limits/client-address";
import { verifyCountingFailures } from "../limits/failed-keys";
import { readSession } from "../sign-in/session";

/** The header in which a page says for which customer it was rendered. */
export const CUSTOMER_HEADER = "Brim-Customer";

/**
 * Tells who is calling: a program with a key, or a member's browser.
 *
 * @throws UnauthorizedError neither
 * @throws RateLimitedError too many keys from this address that are none
 * @throws ForbiddenError a browser from a foreign page, or no member of the customer
 */
export async function authenticate(request: Request): Promise<Actor> {
  const authorization = request.headers.get("authorization");
  if (authorization === null) return authenticateBrowser(request);
  const secret = bearerOf(authorization);
  return verifyCountingFailures(clientAddress(request.headers), secret ?? "", () => {
    if (secret === null) throw new UnauthorizedError("Send the API key as: Authorization: Bearer brim_sk_…");
    return verifyApiKey(secret);
  });
}

function bearerOf(authorization: string): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1] ?? null;
}

async function authenticateBrowser(request: Request): Promise<Actor> {
  const session = await readSession(request.headers);
  if (!session) throw new UnauthorizedError("Send an API key as: Authorization: Bearer brim_sk_…");
  if (!["GET", "HEAD"].includes(request.method)) requireOwnOrigin(request.headers);

  const customerId = request.headers.get(CUSTOMER_HEADER);
  if (!customerId || !isId("customer", customerId)) {
    throw invalidField(CUSTOMER_HEADER, "A browser session must name its customer in this header.");
  }
  const { userId, onlyCustomerId } = session;
  const isNarrowed = onlyCustomerId !== null && onlyCustomerId !== customerId;
  const role = isNarrowed ? null : await roleOf(userId, customerId);
  if (!role) throw new ForbiddenError("You are not a member of this customer.", { reason: "not_a_member" });
  return { kind: "session", customerId, userId, role, scopes: scopesOfRole(role) };
}

/** A cookie comes along from any page; only our own pages may write with it. */
export function requireOwnOrigin(headers: Headers): void {
  const origin = headers.get("origin");
  const isOwn =
    origin === null
      ? headers.get("sec-fetch-site") === "same-origin"
      : origin === new URL(env().APP_URL).origin;
  if (!isOwn) throw new ForbiddenError("This request comes from another site.", { reason: "foreign_origin" });
}
