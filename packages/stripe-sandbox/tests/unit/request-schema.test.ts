import { describe, expect, it } from "vitest";
import { parseForm } from "../../src/api/form-body";
import { type RequestSchema, readParams } from "../../src/api/request-schema";
import { operationSpec } from "../../src/api/spec";

const nullableMap: RequestSchema = {
  anyOf: [
    { type: "string", enum: [""] },
    {
      type: "object",
      additionalProperties: { anyOf: [{ type: "string", maxLength: 500 }, { type: "number" }] },
    },
    { type: "null" },
  ],
};
const schema: RequestSchema = {
  type: "object",
  properties: {
    count: { type: "integer" },
    on: { type: "boolean" },
    rate: { type: "number" },
    name: { type: "string" },
    note: { type: ["string", "null"] },
    mode: { type: "string", enum: ["a", "b"] },
    tags: { type: "array", items: { type: "string" } },
    metadata: nullableMap,
    away: { anyOf: [{ type: "string", enum: ["one_off"] }, { type: "boolean" }] },
    inner: {
      type: "object",
      required: ["must"],
      properties: { must: { type: "integer" } },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};
const read = (form: string, canUnset: string[] = []) => readParams(schema, parseForm(form), canUnset);

describe("readParams", () => {
  it("distinguishes strings from booleans where the schema allows either", () => {
    expect(read("away=true")).toEqual({ away: true });
    expect(read("away=one_off")).toEqual({ away: "one_off" });
    expect(() => read("away=sometimes")).toThrow(/Invalid away/);
  });

  it("converts every value to the type in the schema", () => {
    expect(read("count=5&on=false&rate=1.5&name=5&tags[]=x&tags[]=y&inner[must]=0&metadata[a]=1")).toEqual({
      count: 5,
      on: false,
      rate: 1.5,
      name: "5",
      tags: ["x", "y"],
      inner: { must: 0 },
      metadata: { a: "1" },
    });
  });

  it("reads an empty value as unset where the schema allows it", () => {
    expect(read("note=&metadata=&name=", ["name"])).toEqual({ note: null, metadata: null, name: null });
  });

  it("keeps numeric metadata keys", () => {
    expect(read("metadata[3]=c&metadata[7]=")).toEqual({ metadata: { "3": "c", "7": "" } });
  });

  it.each([
    ["foo=1", "foo", "Received unknown parameter: foo"],
    ["foo=1&inner[bar][baz]=1&inner[must]=1", "foo", "Received unknown parameters: foo, inner[bar]"],
    ["__proto__[x]=1&constructor=2", "constructor", "Received unknown parameter: constructor"],
    ["inner[x]=1", "inner[x]", "Received unknown parameter: inner[x]"],
    ["inner[y]=&inner[must]=1", "inner[y]", "Received unknown parameter: inner[y]"],
    ["inner[must]=", "inner[must]", "Invalid integer: "],
    ["inner=1", "inner", "Invalid object"],
    ["inner[]=1", "inner[0]", "Received unknown parameter: inner[0]"],
    ["count=1e3", "count", "Invalid integer: 1e3"],
    ["count=1.0", "count", "Invalid integer: 1.0"],
    ["count=99999999999999999999", "count", "Invalid integer: 99999999999999999999"],
    ["count[a]=1", "count", 'Invalid integer: {"a":"1"}'],
    ["on=1", "on", "Invalid boolean: 1"],
    ["rate=abc", "rate", "Invalid decimal: abc"],
    ["mode=c", "mode", "Invalid mode: must be one of a or b"],
    ["tags=x", "tags", "Invalid array"],
    ["name=a&name=b", "name", 'Invalid string: ["a","b"]'],
    ["metadata=x", "metadata", "Invalid object"],
  ])("rejects %s", (form, param, message) => {
    const refusal = catchError(() => read(form));

    expect(refusal).toMatchObject({ status: 400, fields: { param } });
    expect(refusal.message.startsWith(message)).toBe(true);
  });

  it("names a missing value by its full path", () => {
    expect(catchError(() => read("inner[other]=1&count=x"))).toMatchObject({
      fields: { code: "parameter_unknown" },
    });
    expect(catchError(() => readParams({ ...schema, required: ["count"] }, {}))).toMatchObject({
      message: "Missing required param: count.",
      fields: { code: "parameter_missing" },
    });
  });

  it("compiles the schema of every supported operation", () => {
    expect(operationSpec("Checkout.Sessions.create")).toMatchObject({
      method: "POST",
      path: "/v1/checkout/sessions",
    });
    expect(operationSpec("Customers.list").query.properties).toHaveProperty("email");
  });
});

function catchError(
  work: () => unknown,
): Error & { status: number; fields: { param?: string; code?: string } } {
  try {
    work();
  } catch (error) {
    return error as Error & { status: number; fields: { param?: string; code?: string } };
  }
  throw new Error("was accepted");
}
