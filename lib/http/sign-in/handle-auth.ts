import { parse } from "hono/utils/cookie";
import type { NextApiRequest, NextApiResponse } from "next";
import NextAuth from "next-auth";
import { endSession } from "@/lib/auth";
import { isDatabaseUnavailable } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { authOptions, SIGN_IN_PAGE } from "./auth-options";
import { checkAuthRequest } from "./auth-requests";
import { limitSignInMail } from "./limit-sign-in";
import { ResponseCollector } from "./response-collector";
import { expiredSessionCookies, isSessionCookie, readSession } from "./session";

/** The operation of next-auth that a path names. */
interface Operation {
  action: string;
  providerId: string | undefined;
}

/**
 * Serves `/api/auth/*` with next-auth, which never sees the browser's current session. Otherwise next-auth would link a
 * provider account to the session's user, and a stolen session could be turned into permanent access. Starting a sign-in ends
 * the current session; completing one replaces it.
 */
export function handleAuth(request: Request): Promise<Response> {
  const segments = readSegments(request);
  const [action = "", providerId] = segments;
  return checkAuthRequest(request, segments, ({ body }) =>
    serve(request, { action, providerId }, readForm(request, body)).catch((error: unknown) =>
      redirectIfUnavailable(error, request),
    ),
  );
}

async function serve(request: Request, operation: Operation, form: Form | undefined): Promise<Response> {
  if (form && operation.action === "signin" && operation.providerId === "email") {
    const limited = await limitSignInMail(request, form.email ?? "");
    if (limited) return limited;
  }
  const previous = await readSession(request.headers);
  const response = await callNextAuth(request, operation, form);
  const startsSession = response.headers.getSetCookie().some(isSessionCookie);
  if (!startsSession && request.method !== "POST") return response;
  if (previous) await endSession(previous.sessionId);
  return dropSessionCookies(request, response);
}

type Form = Record<string, string>;

/** Parses the form once, so that what is counted is what next-auth receives. */
function readForm(request: Request, body: string | undefined): Form | undefined {
  if (body === undefined) return undefined;
  if (!request.headers.get("content-type")?.includes("application/json")) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  const fields = Object.entries(JSON.parse(body) as Record<string, unknown>);
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
}

/** Calls next-auth's handler, which expects Node's request and response. */
async function callNextAuth(
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
    headers: {}, // its base URL comes from our settings, not from the client
  };
  const collector = new ResponseCollector();
  await NextAuth(
    incoming as unknown as NextApiRequest,
    collector as unknown as NextApiResponse,
    authOptions(),
  );
  return collector.toResponse();
}

/** Returns the decoded segments of the path below `/api/auth`; none if they cannot name an operation. */
function readSegments(request: Request): string[] {
  const segments = new URL(request.url).pathname.split("/").slice(3);
  try {
    return segments.length > 2 ? [] : segments.map(decodeURIComponent);
  } catch {
    return []; // invalid escape
  }
}

/** Removes the browser's session cookies before the response sets its own. */
function dropSessionCookies(request: Request, response: Response): Response {
  const set = response.headers.getSetCookie();
  const headers = new Headers(response.headers);
  headers.delete("set-cookie");
  const expired = expiredSessionCookies(request.headers.get("cookie") ?? "");
  for (const line of [...expired, ...set]) headers.append("set-cookie", line);
  return new Response(response.body, { status: response.status, headers });
}

/** Redirects a browser to the sign-in page if the database is unavailable. */
function redirectIfUnavailable(error: unknown, request: Request): Response {
  if (!isDatabaseUnavailable(error) || !request.headers.get("accept")?.includes("text/html")) throw error;
  log().error({ err: error }, "the database is unavailable for a sign-in");
  return Response.redirect(`${env().APP_URL}${SIGN_IN_PAGE}?error=Unavailable`, 303);
}
