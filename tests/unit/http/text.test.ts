import { expect, it } from "vitest";
import { emailInput, PLAIN_TEXT, plainText, STORABLE_TEXT } from "@/lib/http/schemas/text";

const name = plainText("The name", 10);

it.each(["A", "Zoë GmbH", "日本", "👩‍🚀", "a\u00a0b", "x".repeat(10)])("%j is a line of text", (text) => {
  expect(name.safeParse(text).success).toBe(true);
});

it.each([
  [undefined, "The name is required."],
  [1, "The name must be a string."],
  ["", "The name must not be empty."],
  [" \u00a0 ", "The name must not be empty."],
  ["x".repeat(11), "The name may have at most 10 characters."],
  ["a\u0000b", "The name must not contain control characters."],
  ["a\nb", "The name must not contain control characters."],
  ["a\u0085b", "The name must not contain control characters."],
  ["a\ud83d", "The name must not contain control characters."],
  ["\udc69a", "The name must not contain control characters."],
])("%j is rejected: %s", (text, message) => {
  expect(name.safeParse(text).error?.issues.map((issue) => issue.message)).toContain(message);
});

it.each([PLAIN_TEXT, STORABLE_TEXT])("the pattern means the same with the u flag: %s", (pattern) => {
  const unicode = new RegExp(pattern.source, "u");
  for (const text of ["", "a\nb", "👩‍🚀", "a\u0000b", "a\ud83d", "\udc69a", "\udc69\ud83d"]) {
    expect([text, unicode.test(text)]).toEqual([text, pattern.test(text)]);
  }
});

it.each(["ada@acme.example", "Ada.L+billing@sub.acme.example"])("%s is an email address", (email) => {
  expect(emailInput.safeParse(email).success).toBe(true);
});

it.each(["ada", "ada@", "@acme.example", "a b@acme.example", "a@b.example\n", "a@b.example, c@d.example"])(
  "%j is not an email address",
  (email) => {
    expect(emailInput.safeParse(email).success).toBe(false);
  },
);
