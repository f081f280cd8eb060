import { describe, expect, it } from "vitest";
import { chargeBody } from "@/lib/http/charges";
import { validate } from "@/lib/http/pipeline/validate";
import type { InvalidRequestError } from "@/lib/platform/errors";

function issuesOf(body: object): readonly { path: string; message: string }[] {
  try {
    validate(chargeBody, body, "body");
    return [];
  } catch (error) {
    return (error as InvalidRequestError).issues;
  }
}

describe("the problems of a body", () => {
  it("are listed for the first hundred fields, with the number of the others", () => {
    const unknown = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field_${index}`, 0]));

    const issues = issuesOf({ amount_usd: "1.00", ...unknown });

    expect(issues).toHaveLength(101);
    expect(issues.at(-1)).toEqual({ path: "", message: "There are 4900 more problems." });
  });
});
