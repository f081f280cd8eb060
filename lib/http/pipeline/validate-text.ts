import { InvalidRequestError, type Issue } from "@/lib/platform/errors";
import { STORABLE_TEXT_MESSAGE } from "../schemas/text";

/** What Postgres cannot store in a text: NUL and unpaired surrogates. */
const NOT_STORABLE = /[\0\p{Surrogate}]/u;
const EACH_NOT_STORABLE = /[\0\p{Surrogate}]/gu;

/** Whether JSON may contain something that Postgres or JavaScript would lose. Most bodies cannot, and are not walked. */
export function mayContainInvalidText(json: string): boolean {
  return json.includes("\\u") || json.includes("__proto__") || json.includes("\0");
}

/**
 * Rejects what would not be stored unchanged, in any field of any route: text that Postgres does not accept, and the name
 * `__proto__`, which JavaScript drops when it copies an object.
 *
 * @throws InvalidRequestError naming every such field
 */
export function assertValidText(input: unknown): void {
  const issues = [...issuesOf(input, [])];
  if (issues.length > 0) throw new InvalidRequestError(issues);
}

function* issuesOf(value: unknown, path: readonly string[]): Generator<Issue> {
  if (typeof value === "string") {
    if (NOT_STORABLE.test(value)) yield { path: path.join("."), message: STORABLE_TEXT_MESSAGE };
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [name, entry] of Object.entries(value)) {
    // Invalid characters of a name are replaced, so that the response can contain it.
    const entryPath = [...path, name.replace(EACH_NOT_STORABLE, "\ufffd")];
    if (name === "__proto__")
      yield { path: entryPath.join("."), message: "This name is reserved. Use another one." };
    if (NOT_STORABLE.test(name)) {
      yield {
        path: entryPath.join("."),
        message: "A name must not contain NUL characters or invalid Unicode.",
      };
    }
    yield* issuesOf(entry, entryPath);
  }
}
