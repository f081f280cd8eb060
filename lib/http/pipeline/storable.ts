import { InvalidRequestError, type Issue } from "@/lib/platform/errors";

/** What Postgres cannot store in a text: a NUL, and half of a surrogate pair. */
const NOT_STORABLE = /[\0\p{Surrogate}]/u;
const EACH_NOT_STORABLE = /[\0\p{Surrogate}]/gu;

/** Whether JSON can hold something that Postgres or JavaScript would lose. Most bodies cannot, and need no look inside. */
export function mayBeUnstorable(json: string): boolean {
  return json.includes("\\u") || json.includes("__proto__") || json.includes("\0");
}

/**
 * Refuses what would not be stored as it was sent, in any field of any route: texts that Postgres does not take, and the
 * name `__proto__`, which JavaScript drops when an object is copied.
 *
 * @throws InvalidRequestError naming every such field
 */
export function requireStorable(input: unknown): void {
  const issues = [...problemsOf(input, [])];
  if (issues.length > 0) throw new InvalidRequestError(issues);
}

function* problemsOf(value: unknown, path: readonly string[]): Generator<Issue> {
  if (typeof value === "string") {
    if (NOT_STORABLE.test(value)) {
      yield {
        path: path.join("."),
        message: "This must not contain NUL characters or broken Unicode.",
      };
    }
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [name, entry] of Object.entries(value)) {
    // The name itself cannot be repeated in an answer where it is broken.
    const at = [...path, name.replace(EACH_NOT_STORABLE, "\ufffd")];
    if (name === "__proto__")
      yield { path: at.join("."), message: "This name is reserved. Use another one." };
    if (NOT_STORABLE.test(name)) {
      yield { path: at.join("."), message: "A name must not contain NUL characters or broken Unicode." };
    }
    yield* problemsOf(entry, at);
  }
}
