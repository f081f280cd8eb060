import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenizeCode } from "@/components/docs/code-tokens";

const LANGUAGES = ["curl", "TypeScript", "Python", "JSON", "Cobol"];

/** Returns the highlighted tokens with their kinds. */
function highlighted(code: string, language: string): string[] {
  return tokenizeCode(code, language)
    .filter(({ kind }) => kind !== "plain")
    .map(({ kind, text }) => `${kind} ${text}`);
}

describe("tokenizeCode", () => {
  it("preserves every character in every language", () => {
    // Includes quotes, backslashes and line ends more often than random strings would.
    const code = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('"', "'", "`", "\\", "\n", "#", "//", ":", "1.5", "import")),
    );

    fc.assert(
      fc.property(code, fc.constantFrom(...LANGUAGES), (fragments, language) => {
        const tokens = tokenizeCode(fragments.join(""), language);

        expect(tokens.map(({ text }) => text).join("")).toBe(fragments.join(""));
      }),
    );
  });

  it("highlights JSON values but not field names or punctuation", () => {
    expect(highlighted('{ "amount_usd": "0.25", "limit": 20, "frozen": false, "at": null }', "JSON")).toEqual(
      ['value "0.25"', "value 20", "value false", "value null"],
    );
  });

  it("highlights TypeScript keywords and values but not properties named like keywords", () => {
    expect(
      highlighted('const newest = await brim.listTopUps({ limit: 5, from: "a\\"b" }); // all', "TypeScript"),
    ).toEqual(["keyword const", "keyword await", "value 5", 'value "a\\"b"', "comment // all"]);
  });

  it("highlights a Python f-string with its prefix, and treats # inside it as text", () => {
    expect(highlighted("import os\nkey = f\"#{os.environ['KEY']}\" # ours", "Python")).toEqual([
      "keyword import",
      "value f\"#{os.environ['KEY']}\"",
      "comment # ours",
    ]);
  });

  it("highlights single-quoted JSON in shell commands as JSON, and no numbers in URLs", () => {
    expect(highlighted(`curl http://localhost:3000/#x \\\n  -d '{ "name": "Acme AI" }'`, "curl")).toEqual([
      'value "Acme AI"',
    ]);
  });

  it("leaves unknown languages plain", () => {
    expect(tokenizeCode('DISPLAY "1".', "Cobol")).toEqual([{ kind: "plain", text: 'DISPLAY "1".' }]);
  });
});
