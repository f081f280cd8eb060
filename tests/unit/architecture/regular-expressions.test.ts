import { describe, expect, it } from "vitest";
import { findSlowPatterns } from "@/lint/backtracking";

const found = (code: string) => findSlowPatterns("lib/planted.ts", code);

describe("findSlowPatterns", () => {
  it.each([
    ["trailing digits", 'text.replace(/0+$/, "")'],
    ["everything after a letter", 'text.replace(/e.*$/i, "")'],
    ["a lookahead for thousands", 'text.replace(/\\B(?=(\\d{3})+$)/g, ",")'],
    ["spaces at both ends", "/^\\s+|\\s+$/g"],
    ["nested quantifiers", "/^(a+)+$/"],
    ["overlapping alternatives", "/^(\\w|\\d)*$/"],
    ["overlapping neighbors", "/^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$/"],
    ["a string passed to RegExp", 'new RegExp("^\\\\d*\\\\d*$")'],
    ["a template", "new RegExp(`^\u0024{name}a*a*$`)"],
    ["a call without new", 'RegExp("(a+)+$")'],
    ["a computed pattern", "new RegExp(list.join())"],
  ])("reports %s", (_what, code) => {
    expect(found(`const pattern = 1;\nexport const slow = () => ${code};\n`)).toMatchObject([{ line: 2 }]);
  });

  it.each([
    ["an anchored quantifier", "/^\\d+$/"],
    ["a bounded quantifier", "/0{1,7}$/"],
    ["single characters", "/[&<>\"']/g"],
    ["disjoint neighbors", "/^[^\\s@]+@[^\\s@.]+(\\.[^\\s@.]+)+$/"],
    ["a template with a bounded quantifier", "new RegExp(`^\u0024{name}[a-z]{26}$`)"],
    ["a division", "count / size / 2"],
  ])("allows %s", (_what, code) => {
    expect(found(`export const fast = () => ${code};\n`)).toEqual([]);
  });
});
