import { common, createLowlight } from "lowlight";

export type CodeTokenKind = "plain" | "value" | "keyword" | "comment";

export interface CodeToken {
  kind: CodeTokenKind;
  text: string;
}

const lowlight = createLowlight(common);

/** Grammars by the labels of our samples. */
const LANGUAGES: Record<string, string> = {
  curl: "bash",
  TypeScript: "typescript",
  Python: "python",
  JSON: "json",
};

/** Only a few kinds are highlighted, so that the values a caller fills in stand out. */
const KINDS: Record<string, CodeTokenKind> = {
  "hljs-string": "value",
  "hljs-number": "value",
  "hljs-literal": "value",
  "hljs-keyword": "keyword",
  "hljs-comment": "comment",
};

type Nodes = ReturnType<typeof lowlight.highlight>["children"];

/** Splits code into tokens. Joined, they equal the code. In an unknown language, the code is one plain token. */
export function tokenizeCode(code: string, language: string): CodeToken[] {
  const key = `${language}\n${code}`;
  const tokens = cache.get(key) ?? tokenize(code, LANGUAGES[language]);
  cache.set(key, tokens);
  return tokens;
}

/** Tokenizing the few hundred samples of the document is half the cost of rendering a page. */
const cache = new Map<string, CodeToken[]>();

function tokenize(code: string, grammar: string | undefined): CodeToken[] {
  const tokens: CodeToken[] = [];
  if (grammar) collect(tokens, lowlight.highlight(grammar, code).children, "plain");
  else append(tokens, "plain", code);
  return tokens;
}

function collect(tokens: CodeToken[], nodes: Nodes, parentKind: CodeTokenKind): void {
  for (const node of nodes) {
    if (node.type === "text") append(tokens, parentKind, node.value);
    if (node.type !== "element") continue;
    const inner = node.children as Nodes;
    const kind = kindOf(node.properties.className, parentKind);
    // The shell grammar sees single-quoted JSON as one string; highlight it as JSON instead.
    const [, json] = (kind === "value" && /^'([{[].*)'$/s.exec(textOf(inner))) || [];
    if (json === undefined) collect(tokens, inner, kind);
    else {
      append(tokens, "plain", "'");
      collect(tokens, lowlight.highlight("json", json).children, "plain");
      append(tokens, "plain", "'");
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

/** Returns the kind of a nested node. A node inside a string or comment keeps the kind of its parent. */
function kindOf(className: unknown, parentKind: CodeTokenKind): CodeTokenKind {
  const [name] = Array.isArray(className) ? className : [];
  return parentKind === "plain" ? (KINDS[String(name)] ?? "plain") : parentKind;
}

/** Appends a token. Merges adjacent tokens of one kind, because each costs a DOM element. */
function append(tokens: CodeToken[], kind: CodeTokenKind, text: string): void {
  if (text === "") return;
  const last = tokens.at(-1);
  if (last?.kind === kind) last.text += text;
  else tokens.push({ kind, text });
}
