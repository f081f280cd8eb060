import { LosslessNumber, parse } from "lossless-json";
import { InvalidRequestError } from "@/lib/platform/errors";
import { PayloadTooLargeError, UnsupportedMediaTypeError } from "./errors";

/** The largest body that a route of the API reads. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Stripe's events can be larger than what callers send us. */
export const MAX_EVENT_BYTES = 1024 * 1024;

/**
 * Reads a body that should be JSON, as the text that was sent.
 * @throws UnsupportedMediaTypeError it says that it is something else
 * @throws PayloadTooLargeError
 */
export async function readBody(
  request: Request,
  options: { mayOmitBody?: boolean; maxBodyBytes?: number } = {},
): Promise<string> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const isJson = type === "application/json";
  if (!isJson && !options.mayOmitBody) throw notJson();
  const text = await readText(request, options.maxBodyBytes ?? MAX_BODY_BYTES);
  if (text === "" && options.mayOmitBody) return "{}";
  if (!isJson) throw notJson();
  return text;
}

/**
 * Parses JSON. A number that JavaScript cannot hold exactly stays a `LosslessNumber`, which no schema accepts: so an
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

function notJson(): UnsupportedMediaTypeError {
  return new UnsupportedMediaTypeError("Send the body as application/json.");
}

/** What a JavaScript number holds for certain. */
const EXACT_DIGITS = 15;

function exactNumber(text: string): number | LosslessNumber {
  const digits = text.replace(/e.*$/i, "").replace(/\D/g, "").replace(/^0+/, "").replace(/0+$/, "");
  const value = Number(text);
  return digits.length <= EXACT_DIGITS && Number.isFinite(value) ? value : new LosslessNumber(text);
}

/** Reads a body as the text that was sent, up to a size. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const announced = Number(request.headers.get("content-length") ?? Number.NaN);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const bytes = Number.isSafeInteger(announced)
    ? Buffer.from(await request.arrayBuffer()) // never more than announced, and much cheaper than a stream
    : await readCounted(request, maxBytes);
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  return bytes.toString("utf8");
}

/** Reads a body whose length was not announced, and stops when it grows too large. */
async function readCounted(request: Request, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): PayloadTooLargeError {
  return new PayloadTooLargeError(`The body is larger than ${maxBytes / 1024} KiB.`);
}
