import { bracketPath } from "./bracket-path";
import type { Params, ParamValue } from "./request-schema";
import { invalidRequest } from "./stripe-error";

const MAX_TEXT = 5000;
const MAX_METADATA_KEYS = 50;
const MAX_METADATA_KEY = 40;
const MAX_METADATA_VALUE = 500;

/** Checks limits that no schema contains: the length of strings and the size of metadata. */
export function checkLimits(params: Params, path = ""): void {
  for (const [key, value] of Object.entries(params)) checkValue(key, value, bracketPath(path, key));
}

function checkValue(key: string, value: ParamValue, path: string): void {
  if (typeof value === "string" && value.length > MAX_TEXT) throw tooLong(value, path, MAX_TEXT);
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      checkValue("", item, bracketPath(path, index));
    });
  } else if (typeof value === "object" && value !== null) {
    if (key === "metadata") checkMetadata(value, path);
    else checkLimits(value, path);
  }
}

function tooLong(value: string, path: string, max: number) {
  const shown = `${value.slice(0, 10)}...${value.slice(-10)}`;
  return invalidRequest(`Invalid string: ${shown}; must be at most ${max} characters`, path);
}

function checkMetadata(metadata: Params, path: string): void {
  if (Object.keys(metadata).length > MAX_METADATA_KEYS) {
    throw invalidRequest(`You can specify at most ${MAX_METADATA_KEYS} metadata keys.`, path);
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (key.length > MAX_METADATA_KEY) {
      throw invalidRequest(
        `Metadata keys can have up to ${MAX_METADATA_KEY} characters. Invalid key: ${key}`,
        path,
      );
    }
    if (/[[\]]/.test(key)) throw invalidRequest(`Metadata keys cannot contain square brackets: ${key}`, path);
    const text = String(value ?? "");
    if (text.length > MAX_METADATA_VALUE) {
      throw invalidRequest(
        `Metadata values can have up to ${MAX_METADATA_VALUE} characters, but you passed in a value that is ${text.length} characters. Invalid value: ${text}`,
        bracketPath(path, key),
      );
    }
  }
}
