import { verifyApiKey } from "@/lib/api-keys";
import { type Actor, ForbiddenError, scopesOfRole, UnauthorizedError } from "@/lib/auth";
import { roleOf } from "@/lib/customers";
import { env } from "@/lib/platform/env";
import { invalidField } from "@/lib/platform/errors";
import { isId } from "@/lib/platform/ids";
import { clientAddress } from "../limits/client-address";
import { limitFailedKeys } from "../limits/limit-failed-keys";
import { readSession } from "../sign-in/session";

/** The header in which a page names the customer that it shows. */
export const CUSTOMER_HEADER = "Brim-Customer";

const MISSING_KEY = "Missing or invalid API key. Send it as `Authorization: Bearer brim_sk_…`.";

/**
 * Authenticates a request by its API key or browser session.
 *
 * @throws UnauthorizedError neither is valid
 * @throws RateLimitedError too many invalid keys from this address
 * @throws ForbiddenError the request comes from another site, or the user is not a member of the customer
 */
export async function authenticate(request: Request): Promise<Actor> {
  const authorization = request.headers.get("authorization");
  if (authorization === null) return authenticateSession(request);
  const secret = parseBearer(authorization);
  return limitFailedKeys(clientAddress(request.headers), secret ?? "", () => {
    if (secret === null) throw new UnauthorizedError(MISSING_KEY);
    return verifyApiKey(secret);
  });
}

function parseBearer(authorization: string): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1] ?? null;
}

async function authenticateSession(request: Request): Promise<Actor> {
  const session = await readSession(request.headers);
  if (!session) throw new UnauthorizedError(MISSING_KEY);
  if (!["GET", "HEAD"].includes(request.method)) requireOwnOrigin(request.headers);

  const customerId = request.headers.get(CUSTOMER_HEADER);
  if (!customerId || !isId("customer", customerId)) {
    throw invalidField(CUSTOMER_HEADER, "A browser session must name its customer in this header.");
  }
  const { userId, onlyCustomerId } = session;
  const isRestricted = onlyCustomerId !== null && onlyCustomerId !== customerId;
  const role = isRestricted ? null : await roleOf(userId, customerId);
  if (!role) throw new ForbiddenError("You are not a member of this customer.", { reason: "not_a_member" });
  return { kind: "session", customerId, userId, role, scopes: scopesOfRole(role) };
}

/**
 * Requires that a request comes from our own pages, because browsers send cookies along with requests from any page.
 * @throws ForbiddenError it comes from another site
 */
export function requireOwnOrigin(headers: Headers): void {
  const origin = headers.get("origin");
  const isOwn =
    origin === null
      ? headers.get("sec-fetch-site") === "same-origin"
      : origin === new URL(env().APP_URL).origin;
  if (!isOwn) throw new ForbiddenError("This request comes from another site.", { reason: "foreign_origin" });
}
