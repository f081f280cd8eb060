import type { IncomingMessage, ServerResponse } from "node:http";

/** Far more than any form of our pages sends. */
const MAX_PAGE_BODY_BYTES = 64 * 1024;

/** Where forms of our pages post to. A path written in another way is no form of ours. */
const FORM_PATH = /^\/(?:api\/auth\/[^?]+|sign-out|billing-link\/open)$/;

/**
 * Refuses what no page takes, before Next sees it: other methods than reading, since Brim has no Server Actions, and bodies
 * that are large or whose length is not said.
 *
 * @returns whether the request was answered
 */
export function refusePageRequest(
  request: IncomingMessage,
  pathname: string,
  response: ServerResponse,
): boolean {
  const problem = methodProblem(request.method, pathname) ?? bodyProblem(request.headers);
  if (!problem) return false;
  const { status, message, allow } = problem;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    connection: "close", // the body is not read
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
  return { status: 405, message: "This address can only be read.", allow: "GET, HEAD" };
}

function bodyProblem(headers: IncomingMessage["headers"]): Problem | null {
  if (headers["transfer-encoding"] !== undefined) {
    return { status: 411, message: "Send the body's length as Content-Length." };
  }
  if (Number(headers["content-length"] ?? 0) > MAX_PAGE_BODY_BYTES) {
    return { status: 413, message: `The body is larger than ${MAX_PAGE_BODY_BYTES / 1024} KiB.` };
  }
  return null;
}
