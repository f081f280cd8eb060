import { isUtf8 } from "node:buffer";
import { parse } from "lossless-json";
import { significantDigits } from "@/lib/money";
import { InvalidRequestError } from "@/lib/platform/errors";
import { PayloadTooLargeError, UnsupportedMediaTypeError } from "./errors";

/** The largest body that a route of the API reads. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Stripe's events can be larger than what callers send us. */
export const MAX_EVENT_BYTES = 1024 * 1024;

/**
 * Reads a body that should be JSON, as the text that was sent.
 * @throws UnsupportedMediaTypeError it says that it is something else, in other characters than UTF-8, or compressed
 * @throws InvalidRequestError it is not UTF-8: read all the same, other characters would be stored than were sent
 * @throws PayloadTooLargeError
 */
export async function readBody(
  request: Request,
  options: { mayOmitBody?: boolean; maxBodyBytes?: number } = {},
): Promise<string> {
  const problem = typeProblem(request.headers);
  if (problem && !options.mayOmitBody) throw problem;
  const bytes = await readBytes(request, options.maxBodyBytes ?? MAX_BODY_BYTES);
  if (bytes.byteLength === 0 && options.mayOmitBody) return "{}";
  if (problem) throw problem;
  if (!isUtf8(bytes)) throw new InvalidRequestError([{ path: "", message: "The body is not valid UTF-8." }]);
  return bytes.toString("utf8");
}

/** Why a body cannot be read, as far as its headers tell. */
function typeProblem(headers: Headers): UnsupportedMediaTypeError | null {
  const type = headers.get("content-type") ?? "";
  if (type !== "application/json") {
    const [name, ...parameters] = type.split(";");
    if (name?.trim().toLowerCase() !== "application/json") {
      return new UnsupportedMediaTypeError("Send the body as application/json.");
    }
    if (parameters.some(isOtherCharset)) {
      return new UnsupportedMediaTypeError("Send the body in UTF-8: JSON has no other character set.");
    }
  }
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.trim().toLowerCase() === "identity") return null;
  return new UnsupportedMediaTypeError("Send the body as it is, without a content-encoding.");
}

function isOtherCharset(parameter: string): boolean {
  const [name, value = ""] = parameter.split("=");
  return name?.trim().toLowerCase() === "charset" && !/^\s*"?utf-?8"?\s*$/i.test(value);
}

/**
 * Parses JSON. In place of a number that JavaScript cannot hold exactly stands a symbol, which no schema accepts: so an
 * amount is refused and never silently rounded.
 * @throws InvalidRequestError it is none
 */
export function parseJson(text: string): unknown {
  try {
    return parse(text, undefined, exactNumber);
  } catch {
    throw new InvalidRequestError([{ path: "", message: "The body is not valid JSON." }]);
  }
}

/** What a JavaScript number holds for certain. */
const EXACT_DIGITS = 15;

/** No object, whose fields a schema would go through. */
const INEXACT = Symbol("a number that JavaScript cannot hold exactly");

function exactNumber(text: string): number | symbol {
  if (significantDigits(text) > EXACT_DIGITS) return INEXACT;
  const value = Number(text);
  return Number.isFinite(value) ? value : INEXACT;
}

/** Reads a body as the text that was sent, up to a size; for a body whose bytes somebody has signed. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  return (await readBytes(request, maxBytes)).toString("utf8");
}

async function readBytes(request: Request, maxBytes: number): Promise<Buffer> {
  const announced = Number(request.headers.get("content-length") ?? Number.NaN);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const bytes = Number.isSafeInteger(announced)
    ? await readAnnounced(request)
    : await readCounted(request, maxBytes);
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

/** Reads a body whose length was announced: Node gives no more of it, and this is much cheaper than a stream. */
async function readAnnounced(request: Request): Promise<Buffer> {
  return Buffer.from(await request.arrayBuffer().catch(refuseIncomplete));
}

/** The caller hung up, or was too slow: nothing is wrong with us. */
function refuseIncomplete(): never {
  throw new InvalidRequestError([{ path: "", message: "The body did not arrive completely." }]);
}

/** Reads a body whose length was not announced, and stops when it grows too large. */
async function readCounted(request: Request, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of (request.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch {
    refuseIncomplete();
  }
  if (size > maxBytes) throw tooLarge(maxBytes);
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): PayloadTooLargeError {
  return new PayloadTooLargeError(`The body is larger than ${maxBytes / 1024} KiB.`);
}
