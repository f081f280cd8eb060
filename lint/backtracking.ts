import { isSafePattern } from "redos-detector";
import scslre from "scslre";
import ts from "typescript";

/** A regular expression that can take superlinear time. */
export interface SlowPattern {
  line: number;
  pattern: string;
  reason: string;
}

const REASONS = {
  Self: "a nested quantifier can match the same text in many ways",
  Trade: "two quantifiers can split the same text in many ways",
  Move: "it is retried from each position, and its quantifier scans to the end each time",
  Choice: "alternatives inside a quantifier can match the same text in many ways",
} as const;

/**
 * Finds regular expressions that can take superlinear time: literals, and `new RegExp` of a string or template. Each
 * interpolated value is treated as one letter. Patterns computed in other ways cannot be checked and are reported too.
 */
export function findSlowPatterns(path: string, code: string): SlowPattern[] {
  if (!mayHavePatterns(code)) return [];
  const file = ts.createSourceFile(path, code, ts.ScriptTarget.Latest);
  const found: SlowPattern[] = [];
  const visit = (node: ts.Node): void => {
    const pattern = patternOf(node, file);
    const reason = pattern && slownessReason(pattern);
    if (reason) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      found.push({ line: line + 1, pattern: node.getText(file), reason });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

interface Pattern {
  /** Null if the source is known only at run time. */
  source: string | null;
  flags: string;
}

/** Skips parsing for most files. A literal follows one of these characters, or a word and a space. */
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
  if (source && ts.isRegularExpressionLiteral(source)) return null; // the literal is reported on its own
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

function slownessReason({ source, flags }: Pattern): string | null {
  if (source === null) return "it is known only at run time; write it as a literal or a template";
  const { reports } = scslre.analyse(
    { source, flags },
    { reportTypes: { Move: true, Self: true, Trade: true } },
  );
  const [first] = reports;
  if (first) return REASONS[first.type];
  return hasRepeatedChoice(source) && !isUnambiguous(source, flags) ? REASONS.Choice : null;
}

/** Whether the pattern has a quantified alternation, such as `(\w|\d)*`, which scslre does not analyze. */
function hasRepeatedChoice(source: string): boolean {
  return source.includes("|") && /\)[*+{]/.test(source);
}

/** Checks with redos-detector, which is too strict and too slow to use for every pattern. */
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
