import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ROUTES } from "@/lib/http";
import { parseJson } from "@/lib/http/pipeline/read-body";
import { validate } from "@/lib/http/pipeline/validate";
import { InvalidRequestError, type Issue } from "@/lib/platform/errors";
import { fieldsOf, withField, wrongValuesOf } from "@/tests/support/json-fields";

/** The wording of Zod's default messages. */
const ZOD_MESSAGE = /invalid (input|type|key|element|option)|received|unrecognized|too (big|small)|expected/i;

function issuesOf(schema: z.ZodType, input: unknown, what: "body" | "query"): readonly Issue[] {
  try {
    validate(schema, input, what);
    return [];
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.issues;
    throw error;
  }
}

function expectPlain(issues: readonly Issue[]): void {
  for (const { path, message } of issues) {
    expect(message, path).not.toMatch(ZOD_MESSAGE);
    expect(message, path).toMatch(/^[A-Z].*[.)]$/s);
  }
}

const withBody = ROUTES.flatMap((route) => (route.body ? [[route.operationId, route.body] as const] : []));
const withQuery = ROUTES.flatMap((route) => (route.query ? [[route.operationId, route.query] as const] : []));

describe("no default message of Zod reaches a caller", () => {
  it.each(withBody)("for the body of %s", (_id, schema) => {
    const [example] = (schema.meta()?.examples ?? []) as unknown[];

    for (const body of [null, [], "x", 1, true, undefined, parseJson("1e400")]) {
      const issues = issuesOf(schema, body, "body");
      expect(issues.map(({ message }) => message)).toEqual(["Send a JSON object."]);
    }
    for (const { path, types, isRequired } of fieldsOf(schema)) {
      const values = [...wrongValuesOf(types), "\u0000", "x".repeat(20_000), -1, 1e15, parseJson("1e400")];
      for (const value of values) expectPlain(issuesOf(schema, withField(example, path, value), "body"));
      const missing = issuesOf(schema, withField(example, path, undefined), "body");
      expectPlain(missing);
      if (isRequired) expect(missing.map((issue) => issue.path)).toContain(path);
    }
    expectPlain(issuesOf(schema, { ...(example as object), surprise: 1 }, "body"));
  });

  it.each(withQuery)("for the query of %s", (_id, schema) => {
    for (const { path } of fieldsOf(schema)) {
      for (const value of ["", "\u0000", "x".repeat(20_000), ["1", "2"]]) {
        expectPlain(issuesOf(schema, { [path]: value }, "query"));
      }
    }
    expectPlain(issuesOf(schema, { surprise: "1" }, "query"));
    expectPlain(issuesOf(schema, {}, "query"));
  });
});

describe("the error messages", () => {
  const schema = z.strictObject({
    text: z.string().min(2).max(3).regex(/^a/),
    number: z.number().min(1).max(5),
    whole: z.int(),
    flag: z.boolean(),
    list: z.array(z.string()).max(1),
    bag: z.record(z.string(), z.string()),
    choice: z.enum(["a", "b"]),
    one: z.literal("allow"),
    either: z.union([z.string(), z.number()]),
    custom: z.string({ error: "A custom message." }),
  });
  const right = {
    text: "ab",
    number: 2,
    whole: 1,
    flag: true,
    list: [],
    bag: {},
    choice: "a",
    one: "allow",
    either: 1,
    custom: "x",
  };

  it.each<[string, unknown, string]>([
    ["text", 1, "This must be a string."],
    ["text", undefined, "This field is required."],
    ["text", "a", "This must have at least 2 characters."],
    ["text", "aaaa", "This must have at most 3 characters."],
    ["text", "bb", "This does not have the right format."],
    ["number", "1", "This must be a number."],
    ["number", 0, "This must be at least 1."],
    ["number", 6, "This must be at most 5."],
    ["whole", 1.5, "This must be a whole number."],
    ["flag", "yes", "Use true or false."],
    ["list", {}, "This must be a list."],
    ["list", ["a", "b"], "This must have at most 1 item."],
    ["bag", [], "This must be an object."],
    ["choice", "c", "Use one of these: a, b."],
    ["one", "deny", "Use this: allow."],
    ["either", true, "This does not have the right format."],
    ["custom", 1, "A custom message."],
  ])("for %s with the value %j is: %s", (path, value, message) => {
    expect(issuesOf(schema, withField(right, path, value), "body")).toEqual([{ path, message }]);
  });
});
