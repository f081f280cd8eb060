import { type CodeTokenKind, tokenizeCode } from "./code-tokens";
import { CopyButton } from "./copy-button";

interface CodeBlockProps {
  label: string;
  /** Accessible name of what the button copies. */
  what: string;
  text: string;
  /** A language known to `tokenizeCode`. Without one, the text is not highlighted. */
  language?: string;
}

/** Shows code with a label and a copy button. Long lines wrap instead of scrolling. */
export function CodeBlock({ label, what, text, language }: CodeBlockProps) {
  return (
    <div data-code className="rounded-[10px] border border-line bg-panel">
      <div className="flex items-center justify-between border-b border-line pr-3 pl-4">
        <p className="text-sm text-faint">{label}</p>
        <CopyButton what={what} />
      </div>
      <CodeText text={text} language={language} />
    </div>
  );
}

/** Theme colors with sufficient contrast in both color schemes. */
const LOOKS: Record<Exclude<CodeTokenKind, "plain">, string> = {
  value: "text-accent",
  keyword: "font-semibold",
  comment: "text-faint",
};

export function CodeText({ text, language = "" }: { text: string; language?: string }) {
  return (
    <pre className="px-4 py-3 font-mono text-[13px] leading-[1.6] break-words whitespace-pre-wrap">
      <code>
        {tokenizeCode(text, language).map(({ kind, text }, index) => {
          const key = `${index}${text}`;
          if (kind === "plain") return text;
          return (
            <span key={key} className={LOOKS[kind]}>
              {text}
            </span>
          );
        })}
      </code>
    </pre>
  );
}
