import { z } from "zod";
import { AppError, InvalidRequestError, type Issue } from "@/lib/platform/errors";
import { plainWords } from "./plain-words";

/** A part of the path has a form that no id has: what it names cannot exist. */
class NoSuchThingError extends AppError {
  readonly kind = "not_found";
}

const WORDS = { body: plainWords("body"), query: plainWords("query") };

/** For a route that takes nothing. Made once: making a schema costs more than using it. */
const NOTHING = z.strictObject({});

/**
 * Checks what came in against its schema.
 *
 * @throws InvalidRequestError naming every field that is wrong, or the first hundred
 */
export function validate<T>(schema: z.ZodType<T> | undefined, input: unknown, what: "body" | "query"): T {
  const expected = schema ?? (NOTHING as unknown as z.ZodType<T>);
  const result = expected.safeParse(input, { error: WORDS[what] });
  if (result.success) return result.data;
  throw new InvalidRequestError(firstOf(result.error.issues.flatMap((issue) => describe(issue, what))));
}

/** More help nobody, and an answer must not be many times as large as what it answers. */
const MAX_ISSUES = 100;

function firstOf(issues: Issue[]): Issue[] {
  if (issues.length <= MAX_ISSUES) return issues;
  const rest = issues.length - MAX_ISSUES;
  return [...issues.slice(0, MAX_ISSUES), { path: "", message: `There are ${rest} more problems.` }];
}

/**
 * Checks the parts of the path that a route names, before they come near the database.
 *
 * @throws NoSuchThingError in the words of the schema
 */
export function validatePath(schema: z.ZodObject | undefined, params: Record<string, string>): void {
  const result = schema?.safeParse(params);
  if (result?.error) throw new NoSuchThingError(result.error.issues[0]?.message);
}

function describe(issue: z.core.$ZodIssue, what: "body" | "query"): Issue[] {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: path ? `${path}.${key}` : key,
      message: what === "body" ? "This field is not known." : "This parameter is not known.",
    }));
  }
  return [{ path, message: issue.message }];
}
