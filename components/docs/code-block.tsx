import { type CodePartKind, codeParts } from "./code-parts";
import { CopyButton } from "./copy-button";

interface CodeBlockProps {
  label: string;
  /** What is copied, for those who do not see where the button stands. */
  what: string;
  text: string;
  /** As `codeParts` knows it; a text without one is not coloured. */
  language?: string;
}

/** A text for a machine, with a name and a button that copies it. Long lines wrap: nothing scrolls sideways. */
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

/** Colours that the rest of Brim has too, each with enough contrast in both schemes. */
const LOOKS: Record<Exclude<CodePartKind, "plain">, string> = {
  value: "text-accent",
  keyword: "font-semibold",
  comment: "text-faint",
};

export function CodeText({ text, language = "" }: { text: string; language?: string }) {
  return (
    <pre className="px-4 py-3 font-mono text-[13px] leading-[1.6] break-words whitespace-pre-wrap">
      <code>
        {codeParts(text, language).map(({ kind, text }, index) => {
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
