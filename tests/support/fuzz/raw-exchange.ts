import { connect } from "node:net";

/** One response read from a socket. */
export interface RawResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Sends bytes, half-closes the connection, and reads until the server closes.
 *
 * @returns null if the server has not closed the connection in time
 */
export async function exchange(
  port: number,
  bytes: Buffer,
  deadlineMs: number,
): Promise<RawResponse[] | null> {
  const received: Buffer[] = [];
  const hasEnded = await new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.end(bytes));
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(false);
    }, deadlineMs);
    socket.on("data", (chunk) => received.push(chunk));
    socket.on("error", () => {}); // the server may close on invalid HTTP
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
  return hasEnded ? readResponses(Buffer.concat(received).toString("latin1")) : null;
}

/** @throws Error the text is not valid HTTP */
export function readResponses(text: string): RawResponse[] {
  const answers: RawResponse[] = [];
  let rest = text;
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) throw new Error(`Unterminated response headers: ${rest.slice(0, 200)}`);
    const [first = "", ...lines] = rest.slice(0, end).split("\r\n");
    const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(first)?.[1];
    if (!status) throw new Error(`Invalid status line: ${first}`);
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(":");
        if (colon < 1) throw new Error(`Invalid header: ${line}`);
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const { body, after } = readBody(headers, rest.slice(end + 4));
    answers.push({ status: Number(status), headers, body });
    rest = after;
  }
  return answers;
}

function readBody(headers: Record<string, string>, rest: string): { body: string; after: string } {
  if (headers["transfer-encoding"] === "chunked") return readChunks(rest);
  // A response to HEAD has a length but no body. The next response may follow.
  const length = rest === "" || rest.startsWith("HTTP/1.1 ") ? 0 : Number(headers["content-length"] ?? 0);
  if (rest.length < length) throw new Error(`The body is shorter than ${length}: ${rest.slice(0, 200)}`);
  return { body: rest.slice(0, length), after: rest.slice(length) };
}

function readChunks(text: string): { body: string; after: string } {
  let body = "";
  let rest = text;
  for (;;) {
    const line = rest.indexOf("\r\n");
    const size = Number.parseInt(rest.slice(0, line), 16);
    if (line === -1 || Number.isNaN(size)) throw new Error(`Invalid chunk: ${rest.slice(0, 100)}`);
    body += rest.slice(line + 2, line + 2 + size);
    rest = rest.slice(line + 2 + size + 2);
    if (size === 0) return { body, after: rest };
  }
}
