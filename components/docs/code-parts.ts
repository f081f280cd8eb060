import { common, createLowlight } from "lowlight";

/** What a piece of code is, as far as a reader is helped by a colour. */
export type CodePartKind = "plain" | "value" | "keyword" | "comment";

export interface CodePart {
  kind: CodePartKind;
  text: string;
}

const lowlight = createLowlight(common);

/** The languages of our samples, by their labels. */
const LANGUAGES: Record<string, string> = {
  curl: "bash",
  TypeScript: "typescript",
  Python: "python",
  JSON: "json",
};

/** Few kinds, so that what a caller fills in stands out. The names of fields, of types and of variables are plain. */
const KINDS: Record<string, CodePartKind> = {
  "hljs-string": "value",
  "hljs-number": "value",
  "hljs-literal": "value",
  "hljs-keyword": "keyword",
  "hljs-comment": "comment",
};

type Nodes = ReturnType<typeof lowlight.highlight>["children"];

/** Cuts code into pieces for colours; joined, they are the code again. A language that is not known stays one plain piece. */
export function codeParts(code: string, language: string): CodePart[] {
  const name = `${language}\n${code}`;
  const parts = known.get(name) ?? cut(code, LANGUAGES[language]);
  known.set(name, parts);
  return parts;
}

/** What was cut before: the texts are the samples of the document, a few hundred, and cutting them is half of a page's work. */
const known = new Map<string, CodePart[]>();

function cut(code: string, grammar: string | undefined): CodePart[] {
  const parts: CodePart[] = [];
  if (grammar) collect(parts, lowlight.highlight(grammar, code).children, "plain");
  else append(parts, "plain", code);
  return parts;
}

function collect(parts: CodePart[], nodes: Nodes, around: CodePartKind): void {
  for (const node of nodes) {
    if (node.type === "text") append(parts, around, node.value);
    if (node.type !== "element") continue;
    const inner = node.children as Nodes;
    const kind = kindOf(node.properties.className, around);
    // To a shell, JSON in single quotes is one text; its own quotes are the better mark.
    const [, json] = (kind === "value" && /^'([{[].*)'$/s.exec(textOf(inner))) || [];
    if (json === undefined) collect(parts, inner, kind);
    else {
      append(parts, "plain", "'");
      collect(parts, lowlight.highlight("json", json).children, "plain");
      append(parts, "plain", "'");
    }
  }
}

function textOf(nodes: Nodes): string {
  return nodes
    .map((node) =>
      node.type === "text" ? node.value : "children" in node ? textOf(node.children as Nodes) : "",
    )
    .join("");
}

/** What stands inside a string belongs to it. */
function kindOf(className: unknown, around: CodePartKind): CodePartKind {
  const [name] = Array.isArray(className) ? className : [];
  return around === "plain" ? (KINDS[String(name)] ?? "plain") : around;
}

/** Neighbours of one kind become one piece, because each costs an element. */
function append(parts: CodePart[], kind: CodePartKind, text: string): void {
  if (text === "") return;
  const last = parts.at(-1);
  if (last?.kind === kind) last.text += text;
  else parts.push({ kind, text });
}
