import type { IncomingMessage, ServerResponse } from "node:http";

/** Far more than any form on our pages sends. */
const MAX_PAGE_BODY_BYTES = 64 * 1024;

/** The paths that forms on our pages post to. */
const FORM_PATH = /^\/(?:api\/auth\/[^?]+|sign-out|billing-link\/open)$/;

/**
 * Rejects requests that no page needs, before Next sees them: methods other than GET and HEAD, since Brim has no Server
 * Actions, and bodies that are too large or have no Content-Length.
 *
 * @returns whether the request was rejected
 */
export function rejectPageRequest(
  request: IncomingMessage,
  pathname: string,
  response: ServerResponse,
): boolean {
  const problem = methodProblem(request.method, pathname) ?? bodyProblem(request.headers);
  if (!problem) return false;
  const { status, message, allow } = problem;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    connection: "close", // because the body is not read
    ...(allow && { allow }),
  });
  response.end(message);
  return true;
}

interface Problem {
  status: number;
  message: string;
  allow?: string;
}

function methodProblem(method: string | undefined, pathname: string): Problem | null {
  if (method === "GET" || method === "HEAD") return null;
  if (method === "POST" && FORM_PATH.test(pathname)) return null;
  return { status: 405, message: "Method not allowed. Use GET or HEAD.", allow: "GET, HEAD" };
}

function bodyProblem(headers: IncomingMessage["headers"]): Problem | null {
  if (headers["transfer-encoding"] !== undefined) {
    return { status: 411, message: "The Content-Length header is required." };
  }
  if (Number(headers["content-length"] ?? 0) > MAX_PAGE_BODY_BYTES) {
    return { status: 413, message: `The body is larger than ${MAX_PAGE_BODY_BYTES / 1024} KiB.` };
  }
  return null;
}
