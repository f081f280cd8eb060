import type { z } from "zod";

/** What a value should be, by the schema's word for it. */
const EXPECTED: Record<string, string> = {
  string: "Write this as a string.",
  number: "Write this as a number.",
  int: "Write this as a whole number.",
  boolean: "Use true or false.",
  array: "Send a list.",
  object: "Send an object.",
  record: "Send an object.",
};

const OTHER_FORM = "This does not have the right form.";

/**
 * What is said where a schema has no words of its own: never zod's, which speak to whoever wrote the schema. Given to each
 * parse and not set globally, since the whole process, Next included, shares zod.
 */
export function plainWords(what: "body" | "query"): z.core.$ZodErrorMap {
  const isBody = what === "body";
  return (issue) => {
    switch (issue.code) {
      case "invalid_type":
        if (!issue.path?.length) return isBody ? "Send a JSON object." : OTHER_FORM;
        if (issue.input === undefined) return `This ${isBody ? "field" : "parameter"} is required.`;
        if (!isBody && Array.isArray(issue.input)) return "Send this parameter once.";
        return EXPECTED[issue.expected] ?? OTHER_FORM;
      case "invalid_value":
        if (!isBody && Array.isArray(issue.input)) return "Send this parameter once.";
        return `Use ${issue.values.length === 1 ? "this" : "one of these"}: ${issue.values.join(", ")}.`;
      case "too_small":
        return `This may not be ${isSized(issue.origin) ? "shorter" : "less"} than ${issue.minimum}.`;
      case "too_big":
        return `This may not be ${isSized(issue.origin) ? "longer" : "more"} than ${issue.maximum}.`;
      default:
        return OTHER_FORM;
    }
  };
}

function isSized(origin: string): boolean {
  return origin === "string" || origin === "array";
}
