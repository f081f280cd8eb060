import type { ReactNode } from "react";

/** Renders the Markdown subset our texts use: paragraphs, `code` and **bold**. */
export function Prose({ text, className = "" }: { text: string; className?: string }) {
  return (
    <div className={`space-y-3 text-pretty text-soft ${className}`}>
      {text.split(/\n{2,}/).map((paragraph) => (
        <p key={paragraph}>{inline(paragraph)}</p>
      ))}
    </div>
  );
}

function inline(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part, index) => {
    const key = `${index}${part}`;
    if (part.startsWith("`")) {
      return (
        <code
          key={key}
          className="rounded-[5px] bg-well px-1 py-0.5 font-mono text-[0.875em] break-words text-ink"
        >
          {part.slice(1, -1)}
        </code>
      );
    }
    if (part.startsWith("**")) {
      return (
        <strong key={key} className="font-semibold text-ink">
          {part.slice(2, -2)}
        </strong>
      );
    }
    return part;
  });
}
