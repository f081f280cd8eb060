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
import { toResponse } from "../pipeline/answer";
import { errorAnswer } from "../pipeline/errors";
import { readText } from "../pipeline/read-body";
import { readSession } from "./session";
import { expiredSessionCookies, sessionCookie } from "./session-cookie";

/** Far more than the form of the page sends. */
const MAX_FORM_BYTES = 4 * 1024;

/** What the page of a link must know. */
export interface ShownLink {
  state: LinkState;
  customerName: string | null;
  email: string | null;
}

/** Tells the page what a link is good for. Nothing is used up, so fetching the page does no harm. */
export function peekLink(customerId: string, token: string): Promise<ShownLink> {
  return peekBillingLink({ customerId, token }, new Date());
}

/**
 * Uses a billing link up, as its page's form posts it, and gives the browser a session for that customer alone in place
 * of any other. Where the link cannot be used, its page says why.
 */
export async function openBillingLink(request: Request): Promise<Response> {
  try {
    requireOwnPage(request.headers);
    await countRequest("sign_in", clientAddress(request.headers)); // taken back for a link that is good
    const form = new URLSearchParams(await readText(request, MAX_FORM_BYTES));
    return await open(request, { customerId: form.get("customer") ?? "", token: form.get("token") ?? "" });
  } catch (error) {
    return toResponse(errorAnswer(error, newId("request")), Response);
  }
}

async function open(request: Request, link: { customerId: string; token: string }): Promise<Response> {
  const visitor = await redeem(request, link).catch(backToThePage);
  if (!visitor) {
    const query = new URLSearchParams({ customer: link.customerId, token: link.token });
    return goTo(`${BILLING_LINK_PATH}?${query}`, []);
  }
  await uncountRequest("sign_in", clientAddress(request.headers));
  // The parts of a longer cookie would be read together with the new one.
  const expired = expiredSessionCookies(request.headers.get("cookie") ?? "");
  return goTo(visitor.returnPath, [...expired, await sessionCookie(visitor, LINK_SESSION_SECONDS)]);
}

async function redeem(
  request: Request,
  link: { customerId: string; token: string },
): Promise<LinkVisitor | null> {
  const previous = await readSession(request.headers);
  return redeemBillingLink(link, previous?.sessionId ?? null, new Date());
}

/** The link is as good as before, and the page says that the database is away. */
function backToThePage(error: unknown): null {
  if (!isDatabaseUnavailable(error)) throw error;
  log().error({ err: error }, "a billing link could not be opened");
  return null;
}

function goTo(path: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location: `${env().APP_URL}${path}`, "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/**
 * Only our own page may post here. That page sends no referrer, and then browsers write the origin as `null`: so what
 * counts is where the browser itself says that the request comes from, which no page can set.
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
