import { ForbiddenError } from "@/lib/auth";
import {
  BILLING_LINK_PATH,
  LINK_SESSION_SECONDS,
  type LinkState,
  type LinkVisitor,
  peekBillingLink,
  redeemBillingLink,
} from "@/lib/billing-links";
import { isDatabaseUnavailable } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { clientAddress } from "../limits/client-address";
import { countRequest, uncountRequest } from "../limits/rate-limits";
import { errorResponse } from "../pipeline/errors";
import { readText } from "../pipeline/read-body";
import { toResponse } from "../pipeline/response";
import { expiredSessionCookies, readSession, sessionCookie } from "./session";

/** Far more than the page's form sends. */
const MAX_FORM_BYTES = 4 * 1024;

/** What the page of a billing link shows. */
export interface ShownLink {
  state: LinkState;
  customerName: string | null;
  email: string | null;
}

/** Reads what a billing link opens, without using it up, so that previewing the page is harmless. */
export function peekLink(customerId: string, token: string): Promise<ShownLink> {
  return peekBillingLink({ customerId, token }, new Date());
}

/**
 * Redeems a billing link that its page posts: starts a session for that customer only, which replaces any other session of
 * the browser. If the link cannot be redeemed, redirects back to its page, which says why.
 */
export async function openBillingLink(request: Request): Promise<Response> {
  try {
    requireOwnPage(request.headers);
    await countRequest("sign_in", clientAddress(request.headers)); // undone if the link is valid
    const form = new URLSearchParams(await readText(request, MAX_FORM_BYTES));
    return await redeemLink(request, {
      customerId: form.get("customer") ?? "",
      token: form.get("token") ?? "",
    });
  } catch (error) {
    return toResponse(errorResponse(error, newId("request")));
  }
}

async function redeemLink(request: Request, link: { customerId: string; token: string }): Promise<Response> {
  const visitor = await redeem(request, link).catch(ignoreUnavailableDatabase);
  if (!visitor) {
    const query = new URLSearchParams({ customer: link.customerId, token: link.token });
    return redirectTo(`${BILLING_LINK_PATH}?${query}`, []);
  }
  await uncountRequest("sign_in", clientAddress(request.headers));
  // Parts of a longer cookie would be read together with the new one.
  const expired = expiredSessionCookies(request.headers.get("cookie") ?? "");
  return redirectTo(visitor.returnPath, [...expired, await sessionCookie(visitor, LINK_SESSION_SECONDS)]);
}

async function redeem(
  request: Request,
  link: { customerId: string; token: string },
): Promise<LinkVisitor | null> {
  const previous = await readSession(request.headers);
  return redeemBillingLink(link, previous?.sessionId ?? null, new Date());
}

/** The link can still be used, and its page says that the service is unavailable. */
function ignoreUnavailableDatabase(error: unknown): null {
  if (!isDatabaseUnavailable(error)) throw error;
  log().error({ err: error }, "a billing link could not be redeemed");
  return null;
}

function redirectTo(path: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location: `${env().APP_URL}${path}`, "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/**
 * Requires that our own page sent the request. That page sends no referrer, so browsers send the origin `null`. Then
 * `Sec-Fetch-Site` decides, which pages cannot set.
 *
 * @see https://fetch.spec.whatwg.org/#append-a-request-origin-header
 */
function requireOwnPage(headers: Headers): void {
  const origin = headers.get("origin");
  const isOwn =
    origin === null || origin === "null"
      ? headers.get("sec-fetch-site") === "same-origin"
      : origin === new URL(env().APP_URL).origin;
  if (!isOwn) throw new ForbiddenError("This request comes from another site.", { reason: "foreign_origin" });
}
