import { parse } from "hono/utils/cookie";
import type { NextApiRequest, NextApiResponse } from "next";
import NextAuth from "next-auth";
import { endSession } from "@/lib/auth";
import { isDatabaseUnavailable } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { authOptions, SIGN_IN_PAGE } from "./auth-options";
import { answerAuthRequest } from "./auth-requests";
import { limitSignInMail } from "./limit-sign-in-mail";
import { ResponseCollector } from "./response-collector";
import { readSession } from "./session";
import { expiredSessionCookies, isSessionCookie } from "./session-cookie";

/** What a request asks of next-auth, as its path says. */
interface Operation {
  action: string;
  providerId: string | undefined;
}

/**
 * Serves `/api/auth/*`: sign-in by next-auth, which never sees the session that the browser may have. Otherwise next-auth
 * would link a provider account to the session's user, and a session would be enough to sign in again for good. Starting
 * a sign-in ends the session, and completing one replaces it.
 */
export function handleAuth(request: Request): Promise<Response> {
  const segments = readSegments(request);
  const [action = "", providerId] = segments;
  return answerAuthRequest(request, segments, ({ body }) =>
    serve(request, { action, providerId }, readForm(request, body)).catch((error: unknown) =>
      backToThePage(error, request),
    ),
  );
}

async function serve(request: Request, operation: Operation, form: Form | undefined): Promise<Response> {
  if (form && operation.action === "signin" && operation.providerId === "email") {
    const refused = await limitSignInMail(request, form.email ?? "");
    if (refused) return refused;
  }
  const previous = await readSession(request.headers);
  const response = await askNextAuth(request, operation, form);
  const startsSession = response.headers.getSetCookie().some(isSessionCookie);
  if (!startsSession && request.method !== "POST") return response;
  if (previous) await endSession(previous.sessionId);
  return dropSessionCookies(request, response);
}

type Form = Record<string, string>;

/** Reads the fields of a form once, so that what is counted is what next-auth gets. */
function readForm(request: Request, body: string | undefined): Form | undefined {
  if (body === undefined) return undefined;
  if (!request.headers.get("content-type")?.includes("application/json")) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  const fields = Object.entries(JSON.parse(body) as Record<string, unknown>);
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
}

/** Asks next-auth's handler, which wants Node's request and response. */
async function askNextAuth(
  request: Request,
  { action, providerId }: Operation,
  form: Form | undefined,
): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const cookies = Object.entries(parse(request.headers.get("cookie") ?? ""));
  const incoming = {
    method: request.method,
    query: { ...Object.fromEntries(searchParams), nextauth: providerId ? [action, providerId] : [action] },
    body: form,
    cookies: Object.fromEntries(cookies.filter(([name]) => !isSessionCookie(name))),
    headers: {}, // its own address is ours, not what a caller says
  };
  const collector = new ResponseCollector();
  await NextAuth(
    incoming as unknown as NextApiRequest,
    collector as unknown as NextApiResponse,
    authOptions(),
  );
  return collector.toResponse();
}

/** The decoded parts of the path below `/api/auth`; none when they cannot name an operation. */
function readSegments(request: Request): string[] {
  const segments = new URL(request.url).pathname.split("/").slice(3);
  try {
    return segments.length > 2 ? [] : segments.map(decodeURIComponent);
  } catch {
    return []; // a broken escape
  }
}

/** Takes the browser's session cookies away, before the response sets its own. */
function dropSessionCookies(request: Request, response: Response): Response {
  const set = response.headers.getSetCookie();
  const headers = new Headers(response.headers);
  headers.delete("set-cookie");
  const expired = expiredSessionCookies(request.headers.get("cookie") ?? "");
  for (const line of [...expired, ...set]) headers.append("set-cookie", line);
  return new Response(response.body, { status: response.status, headers });
}

/** Without a database a browser goes back to the sign-in page, which says that sign-in does not work for now. */
function backToThePage(error: unknown, request: Request): Response {
  if (!isDatabaseUnavailable(error) || !request.headers.get("accept")?.includes("text/html")) throw error;
  log().error({ err: error }, "the database does not answer a sign-in");
  return Response.redirect(`${env().APP_URL}${SIGN_IN_PAGE}?error=Unavailable`, 303);
}
