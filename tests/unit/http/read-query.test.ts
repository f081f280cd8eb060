import { describe, expect, it } from "vitest";
import { readQuery } from "@/lib/http/pipeline/validate";

describe("a query", () => {
  it.each([
    ["", {}],
    ["?", {}],
    ["?a=1&b=%20x", { a: "1", b: " x" }],
    ["?a=1&a=2&a=", { a: ["1", "2", ""] }],
    ["?a", { a: "" }],
    ["?=x", { "": "x" }],
  ])("%s is parsed", (query, expected) => {
    expect(readQuery(`http://localhost:3000/api/v1/usage${query}`)).toEqual(expected);
  });

  it("keeps a parameter named __proto__", () => {
    expect(Object.keys(readQuery("http://localhost/?__proto__=1"))).toEqual(["__proto__"]);
  });

  it("is parsed in linear time", () => {
    const count = 100_000; // takes minutes in quadratic time
    const query = Array.from({ length: count }, (_, index) => index.toString(36)).join("&");

    expect(Object.keys(readQuery(`http://localhost/?${query}`))).toHaveLength(count);
  });
});
