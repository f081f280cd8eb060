import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { invalidField } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { errorAnswer } from "./pipeline/errors";

/** Methods that the Fetch standard forbids: no `Request` can be made of them. */
const FORBIDDEN_METHODS = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Why a request cannot be handled at all, or null when it can. */
function problemOf({ method = "", url = "" }: IncomingMessage) {
  if (FORBIDDEN_METHODS.has(method)) return invalidField("method", `${method} is not supported.`);
  if (!url.startsWith("/")) {
    return invalidField("path", "The address must be a path that begins with a slash.");
  }
  return null;
}

/**
 * Answers a request of which no `Request` can be made, such as TRACE or `GET *`: both adapters would fail on it.
 *
 * @returns whether it was answered
 */
export function refuseUnservable(request: IncomingMessage, response: ServerResponse): boolean {
  const problem = problemOf(request);
  if (!problem) return false;
  const requestId = newId("request");
  const { status, body } = errorAnswer(problem, requestId);
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

/** Answers CONNECT, for which Node hands over the bare socket and otherwise says nothing. */
export function refuseConnect(_request: IncomingMessage, socket: Duplex): void {
  const requestId = newId("request");
  const { body } = errorAnswer(invalidField("method", "CONNECT is not supported."), requestId);
  const text = body ?? "";
  socket.on("error", () => {}); // the caller may be gone
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
