import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type InvalidRequestError, invalidField } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { errorResponse } from "../pipeline/errors";

/** Methods that the Fetch standard forbids: `new Request` throws for them. */
const FORBIDDEN_METHODS = new Set(["CONNECT", "TRACE", "TRACK"]);

function problemOf({ method = "", url = "" }: IncomingMessage): InvalidRequestError | null {
  if (FORBIDDEN_METHODS.has(method)) return invalidField("method", `${method} is not supported.`);
  if (!url.startsWith("/")) return invalidField("path", "The path must begin with a slash.");
  return null;
}

/**
 * Rejects a request that cannot be represented as a `Request`, such as TRACE or `GET *`. Both adapters would fail on it.
 * @returns whether the request was rejected
 */
export function rejectUnsupportedRequest(request: IncomingMessage, response: ServerResponse): boolean {
  const problem = problemOf(request);
  if (!problem) return false;
  const requestId = newId("request");
  const { status, body } = errorResponse(problem, requestId);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body ?? ""),
    "cache-control": "no-store",
    "x-request-id": requestId,
    connection: "close",
  });
  response.end(request.method === "HEAD" ? undefined : body);
  return true;
}

/** Rejects CONNECT, for which Node passes the bare socket and otherwise sends nothing. */
export function rejectConnect(_request: IncomingMessage, socket: Duplex): void {
  const requestId = newId("request");
  const { body } = errorResponse(invalidField("method", "CONNECT is not supported."), requestId);
  const text = body ?? "";
  socket.on("error", () => {}); // the client may have disconnected
  socket.end(
    [
      "HTTP/1.1 400 Bad Request",
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(text)}`,
      `x-request-id: ${requestId}`,
      "connection: close",
      "",
      text,
    ].join("\r\n"),
  );
}
