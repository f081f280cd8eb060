import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeParts } from "@/components/docs/code-parts";

const LANGUAGES = ["curl", "TypeScript", "Python", "JSON", "Cobol"];

/** The pieces that have a colour, with its name. */
function coloured(code: string, language: string): string[] {
  return codeParts(code, language)
    .filter(({ kind }) => kind !== "plain")
    .map(({ kind, text }) => `${kind} ${text}`);
}

describe("code in pieces", () => {
  it("never loses, adds or moves a character, in no language", () => {
    // Quotes, backslashes and line ends more often than chance would bring them.
    const code = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('"', "'", "`", "\\", "\n", "#", "//", ":", "1.5", "import")),
    );

    fc.assert(
      fc.property(code, fc.constantFrom(...LANGUAGES), (pieces, language) => {
        const parts = codeParts(pieces.join(""), language);

        expect(parts.map(({ text }) => text).join("")).toBe(pieces.join(""));
      }),
    );
  });

  it("marks values, and leaves the names of fields and punctuation plain", () => {
    expect(coloured('{ "amount_usd": "0.25", "limit": 20, "frozen": false, "at": null }', "JSON")).toEqual([
      'value "0.25"',
      "value 20",
      "value false",
      "value null",
    ]);
  });

  it("marks keywords and values of TypeScript, but no name that looks like a keyword", () => {
    expect(
      coloured('const newest = await brim.listTopUps({ limit: 5, from: "a\\"b" }); // all', "TypeScript"),
    ).toEqual(["keyword const", "keyword await", "value 5", 'value "a\\"b"', "comment // all"]);
  });

  it("marks a formatted string of Python with its letter, and takes no # in a string for a comment", () => {
    expect(coloured("import os\nkey = f\"#{os.environ['KEY']}\" # ours", "Python")).toEqual([
      "keyword import",
      "value f\"#{os.environ['KEY']}\"",
      "comment # ours",
    ]);
  });

  it("marks the JSON that a shell has in single quotes as JSON, and no number in an address", () => {
    expect(coloured(`curl http://localhost:3000/#x \\\n  -d '{ "name": "Acme AI" }'`, "curl")).toEqual([
      'value "Acme AI"',
    ]);
  });

  it("leaves a language that it does not know plain", () => {
    expect(codeParts('DISPLAY "1".', "Cobol")).toEqual([{ kind: "plain", text: 'DISPLAY "1".' }]);
  });
});
