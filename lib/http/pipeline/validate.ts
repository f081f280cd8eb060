import { z } from "zod";
import { AppError, InvalidRequestError, type Issue } from "@/lib/platform/errors";

type Place = "body" | "query";

/** For routes without a body or query. Shared, because creating a schema costs more than using it. */
const NO_FIELDS = z.strictObject({});

/** More would help nobody, and a response must not be many times as large as its request. */
const MAX_ISSUES = 100;

/**
 * Validates a body or query.
 * @throws InvalidRequestError naming every invalid field, up to a hundred
 */
export function validate<T>(schema: z.ZodType<T> | undefined, input: unknown, place: Place): T {
  const expected = schema ?? (NO_FIELDS as unknown as z.ZodType<T>);
  const result = expected.safeParse(input, { error: ERROR_MESSAGES[place] });
  if (result.success) return result.data;
  throw new InvalidRequestError(limitIssues(result.error.issues.flatMap((issue) => toIssues(issue, place))));
}

function limitIssues(issues: Issue[]): Issue[] {
  if (issues.length <= MAX_ISSUES) return issues;
  const rest = issues.length - MAX_ISSUES;
  return [...issues.slice(0, MAX_ISSUES), { path: "", message: `There are ${rest} more problems.` }];
}

function toIssues(issue: z.core.$ZodIssue, place: Place): Issue[] {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: path ? `${path}.${key}` : key,
      message: place === "body" ? "Unknown field." : "Unknown parameter.",
    }));
  }
  return [{ path, message: issue.message }];
}

/** A path parameter does not have the format of an id, so nothing with this id can exist. */
class InvalidPathError extends AppError {
  readonly kind = "not_found";
}

/**
 * Validates the path parameters, before they reach the database.
 * @throws InvalidPathError with the message of the schema
 */
export function validatePath(schema: z.ZodObject | undefined, params: Record<string, string>): void {
  const result = schema?.safeParse(params);
  if (result?.error) throw new InvalidPathError(result.error.issues[0]?.message);
}

/**
 * Reads the query of an absolute URL in one pass. A repeated parameter becomes a list, which no schema accepts as a string.
 */
export function readQuery(url: string): Record<string, string | string[]> {
  const start = url.indexOf("?");
  if (start === -1) return {};
  const values = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    const known = values.get(name);
    if (known === undefined) values.set(name, value);
    else if (typeof known === "string") values.set(name, [known, value]);
    else known.push(value);
  }
  return Object.fromEntries(values);
}

const EXPECTED_TYPE: Record<string, string> = {
  string: "This must be a string.",
  number: "This must be a number.",
  int: "This must be a whole number.",
  boolean: "Use true or false.",
  array: "This must be a list.",
  object: "This must be an object.",
  record: "This must be an object.",
};

const INVALID_FORMAT = "This does not have the right format.";

/**
 * The messages for schemas that have none of their own, because Zod's messages are for the author of a schema. Passed to
 * each parse instead of set globally, because the whole process, including Next, shares Zod.
 */
const ERROR_MESSAGES = { body: errorMessages("body"), query: errorMessages("query") };

function errorMessages(place: Place): z.core.$ZodErrorMap {
  const isBody = place === "body";
  return (issue) => {
    switch (issue.code) {
      case "invalid_type":
        if (!issue.path?.length) return isBody ? "Send a JSON object." : INVALID_FORMAT;
        if (issue.input === undefined) return `This ${isBody ? "field" : "parameter"} is required.`;
        if (!isBody && Array.isArray(issue.input)) return "Send this parameter once.";
        return EXPECTED_TYPE[issue.expected] ?? INVALID_FORMAT;
      case "invalid_value":
        if (!isBody && Array.isArray(issue.input)) return "Send this parameter once.";
        return `Use ${issue.values.length === 1 ? "this" : "one of these"}: ${issue.values.join(", ")}.`;
      case "too_small":
        return `This must ${boundOf("at least", issue.minimum, issue.origin)}.`;
      case "too_big":
        return `This must ${boundOf("at most", issue.maximum, issue.origin)}.`;
      default:
        return INVALID_FORMAT;
    }
  };
}

function boundOf(atLeastOrMost: string, limit: number | bigint, origin: string): string {
  const plural = Number(limit) === 1 ? "" : "s";
  if (origin === "string") return `have ${atLeastOrMost} ${limit} character${plural}`;
  if (origin === "array") return `have ${atLeastOrMost} ${limit} item${plural}`;
  return `be ${atLeastOrMost} ${limit}`;
}
