import { isUtf8 } from "node:buffer";
import { parse } from "lossless-json";
import { significantDigits } from "@/lib/money";
import { InvalidRequestError } from "@/lib/platform/errors";
import { PayloadTooLargeError, UnsupportedMediaTypeError } from "./errors";

/** The default limit of a body. */
export const MAX_BODY_BYTES = 64 * 1024;

/** The limit of a Stripe event, which can be larger than what our callers send. */
export const MAX_EVENT_BYTES = 1024 * 1024;

/**
 * Reads a JSON body as text.
 * @throws UnsupportedMediaTypeError the headers announce another type, charset or encoding
 * @throws InvalidRequestError the body is not UTF-8: decoding it would store other characters than were sent
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
  if (!isUtf8(bytes)) throw invalidBody("The body is not valid UTF-8.");
  return bytes.toString("utf8");
}

/** Why the body cannot be read according to its headers, or null. */
function typeProblem(headers: Headers): UnsupportedMediaTypeError | null {
  const type = headers.get("content-type") ?? "";
  if (type !== "application/json") {
    const [name, ...parameters] = type.split(";");
    if (name?.trim().toLowerCase() !== "application/json") {
      return new UnsupportedMediaTypeError("Send the body as application/json.");
    }
    if (parameters.some(isOtherCharset)) {
      return new UnsupportedMediaTypeError("Send the body in UTF-8, the only character set of JSON.");
    }
  }
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.trim().toLowerCase() === "identity") return null;
  return new UnsupportedMediaTypeError("Send the body uncompressed, without a Content-Encoding header.");
}

function isOtherCharset(parameter: string): boolean {
  const [name, value = ""] = parameter.split("=");
  return name?.trim().toLowerCase() === "charset" && !/^\s*"?utf-?8"?\s*$/i.test(value);
}

/**
 * Parses JSON. A number that JavaScript cannot represent exactly becomes a symbol, which no schema accepts, so that an amount
 * is rejected and never rounded.
 * @throws InvalidRequestError the text is not JSON
 */
export function parseJson(text: string): unknown {
  try {
    return parse(text, undefined, parseExactNumber);
  } catch {
    throw invalidBody("The body is not valid JSON.");
  }
}

/** Every decimal number with so many digits survives the conversion to a JavaScript number. */
const EXACT_DIGITS = 15;

/** Not an object, whose fields a schema would read. */
const INEXACT = Symbol("a number that JavaScript cannot represent exactly");

function parseExactNumber(text: string): number | symbol {
  if (significantDigits(text) > EXACT_DIGITS) return INEXACT;
  const value = Number(text);
  return Number.isFinite(value) ? value : INEXACT;
}

/** Reads a body as the exact text that was sent, for bodies that are signed. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  return (await readBytes(request, maxBytes)).toString("utf8");
}

async function readBytes(request: Request, maxBytes: number): Promise<Buffer> {
  const announced = Number(request.headers.get("content-length") ?? Number.NaN);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const bytes = Number.isSafeInteger(announced)
    ? await readWithLength(request)
    : await readStream(request, maxBytes);
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

/** Reads a body with a Content-Length, which Node enforces. Much cheaper than reading a stream. */
async function readWithLength(request: Request): Promise<Buffer> {
  return Buffer.from(await request.arrayBuffer().catch(rejectIncomplete));
}

/** Reads a body without a Content-Length, and stops when it is too large. */
async function readStream(request: Request, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of (request.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch {
    rejectIncomplete();
  }
  if (size > maxBytes) throw tooLarge(maxBytes);
  return Buffer.concat(chunks);
}

/** The client disconnected or was too slow. This is not our error. */
function rejectIncomplete(): never {
  throw invalidBody("The body is incomplete.");
}

function invalidBody(message: string): InvalidRequestError {
  return new InvalidRequestError([{ path: "", message }]);
}

function tooLarge(maxBytes: number): PayloadTooLargeError {
  return new PayloadTooLargeError(`The body is larger than ${maxBytes / 1024} KiB.`);
}
