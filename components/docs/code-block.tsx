import { CopyButton } from "./copy-button";

/** A text for a machine, with a name and a button that copies it. Long lines wrap: nothing scrolls sideways. */
export function CodeBlock({ label, what, text }: { label: string; what: string; text: string }) {
  return (
    <div className="rounded-[10px] border border-line bg-panel">
      <div className="flex items-center justify-between border-b border-line pr-3 pl-4">
        <p className="text-sm text-faint">{label}</p>
        <CopyButton text={text} what={what} />
      </div>
      <CodeText text={text} />
    </div>
  );
}

export function CodeText({ text }: { text: string }) {
  return (
    <pre className="px-4 py-3 font-mono text-[13px] leading-[1.6] break-words whitespace-pre-wrap">
      <code>{text}</code>
    </pre>
  );
}
