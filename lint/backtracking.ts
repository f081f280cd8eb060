import { isSafePattern } from "redos-detector";
import scslre from "scslre";
import ts from "typescript";

/** A regular expression that a text can make slow. */
export interface SlowPattern {
  line: number;
  pattern: string;
  why: string;
}

const WHY = {
  Self: "a repetition inside a repetition can match the same text in many ways",
  Trade: "two repetitions can divide the same text in many ways",
  Move: "it is tried again from each position of a text that its repetition reads to the end",
  Choice: "choices inside a repetition can match the same text in many ways",
} as const;

/**
 * Finds regular expressions whose time can grow faster than the text: literals, and `new RegExp` of a text. In a template
 * each inserted value stands for one letter. What is computed in another way cannot be checked, and is reported too.
 */
export function findSlowPatterns(path: string, code: string): SlowPattern[] {
  if (!mayHavePatterns(code)) return [];
  const file = ts.createSourceFile(path, code, ts.ScriptTarget.Latest);
  const found: SlowPattern[] = [];
  const visit = (node: ts.Node): void => {
    const pattern = patternOf(node, file);
    const why = pattern && slowness(pattern);
    if (why) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      found.push({ line: line + 1, pattern: node.getText(file), why });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

interface Pattern {
  /** Null when it is known only at run time. */
  source: string | null;
  flags: string;
}

/** Spares the parser most files: a literal stands behind one of these characters, or a word and a space. */
function mayHavePatterns(code: string): boolean {
  return /[(,=:[!&|?{};>\s]\/[^/*\s]/.test(code) || code.includes("RegExp");
}

function patternOf(node: ts.Node, file: ts.SourceFile): Pattern | null {
  if (ts.isRegularExpressionLiteral(node)) {
    const end = node.text.lastIndexOf("/");
    return { source: node.text.slice(1, end), flags: node.text.slice(end + 1) };
  }
  const isConstructor =
    (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText(file) === "RegExp";
  if (!isConstructor) return null;
  const [source, flags] = node.arguments ?? [];
  if (source && ts.isRegularExpressionLiteral(source)) return null; // reported by itself
  return {
    source: source ? textOf(source) : "",
    flags: flags && ts.isStringLiteralLike(flags) ? flags.text : "",
  };
}

function textOf(node: ts.Expression): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.head.text + node.templateSpans.map(({ literal }) => `x${literal.text}`).join("");
}

function slowness({ source, flags }: Pattern): string | null {
  if (source === null) return "it is known only at run time: write it as a literal or a template";
  const { reports } = scslre.analyse(
    { source, flags },
    { reportTypes: { Move: true, Self: true, Trade: true } },
  );
  const [first] = reports;
  if (first) return WHY[first.type];
  return hasRepeatedChoice(source) && !isUnambiguous(source, flags) ? WHY.Choice : null;
}

/** What scslre does not look at, such as `(\w|\d)*`. */
function hasRepeatedChoice(source: string): boolean {
  return source.includes("|") && /\)[*+{]/.test(source);
}

/** Too strict and too slow for all expressions, hence asked about few. */
function isUnambiguous(source: string, flags: string): boolean {
  const { safe } = isSafePattern(source, {
    caseInsensitive: flags.includes("i"),
    dotAll: flags.includes("s"),
    multiLine: flags.includes("m"),
    unicode: flags.includes("u"),
    timeout: 1_000,
  });
  return safe;
}
