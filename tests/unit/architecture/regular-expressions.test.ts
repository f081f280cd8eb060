import { describe, expect, it } from "vitest";
import { findSlowPatterns } from "@/lint/backtracking";

const found = (code: string) => findSlowPatterns("lib/planted.ts", code);

describe("the lint of regular expressions", () => {
  it.each([
    ["digits before the end", 'text.replace(/0+$/, "")'],
    ["everything after a letter, to the end", 'text.replace(/e.*$/i, "")'],
    ["thousands by looking ahead", 'text.replace(/\\B(?=(\\d{3})+$)/g, ",")'],
    ["spaces at both ends", "/^\\s+|\\s+$/g"],
    ["repetitions inside each other", "/^(a+)+$/"],
    ["choices that overlap", "/^(\\w|\\d)*$/"],
    ["neighbors that overlap", "/^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$/"],
    ["a text that is made into an expression", 'new RegExp("^\\\\d*\\\\d*$")'],
    ["a template", "new RegExp(`^\u0024{name}a*a*$`)"],
    ["a call without new", 'RegExp("(a+)+$")'],
    ["what is computed", "new RegExp(list.join())"],
  ])("refuses %s", (_what, code) => {
    expect(found(`const pattern = 1;\nexport const slow = () => ${code};\n`)).toMatchObject([{ line: 2 }]);
  });

  it.each([
    ["anchored repetitions", "/^\\d+$/"],
    ["a bounded repetition", "/0{1,7}$/"],
    ["single characters", "/[&<>\"']/g"],
    ["neighbors that differ", "/^[^\\s@]+@[^\\s@.]+(\\.[^\\s@.]+)+$/"],
    ["a template of such", "new RegExp(`^\u0024{name}[a-z]{26}$`)"],
    ["a division", "count / size / 2"],
  ])("allows %s", (_what, code) => {
    expect(found(`export const fast = () => ${code};\n`)).toEqual([]);
  });
});
