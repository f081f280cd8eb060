"use client";

import { useState } from "react";

/** Long enough to be read. */
const SHOWN_MS = 2_000;

type State = "idle" | "copied" | "refused";

const WORDS: Record<State, string> = { idle: "Copy", copied: "Copied", refused: "Not allowed here" };

/** Puts a text into the clipboard and says that it did. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<State>("idle");

  async function copy() {
    // Browsers give the clipboard to secure pages only.
    const wasCopied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    setState(wasCopied ? "copied" : "refused");
    setTimeout(() => setState("idle"), SHOWN_MS);
  }

  return (
    <button
      type="button"
      onClick={() => void copy()}
      className="-mr-2 min-h-11 cursor-pointer rounded-lg px-3 text-sm text-soft hover:text-ink"
    >
      <span aria-live="polite">{WORDS[state]}</span>
      <span className="sr-only"> {what}</span>
    </button>
  );
}
