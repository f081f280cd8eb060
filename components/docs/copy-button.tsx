"use client";

import { type MouseEvent, useState } from "react";

/** Long enough to be read. */
const SHOWN_MS = 2_000;

type State = "idle" | "copied" | "refused";

const WORDS: Record<State, string> = { idle: "Copy", copied: "Copied", refused: "Not allowed here" };

/** Puts the code of the box that it stands in into the clipboard, and says that it did. */
export function CopyButton({ what }: { what: string }) {
  const [state, setState] = useState<State>("idle");

  async function copy({ currentTarget }: MouseEvent<HTMLButtonElement>) {
    // Read from the page, so that no code is sent twice: once to be shown and once to be copied.
    const code = currentTarget.closest("[data-code]")?.querySelector("pre")?.textContent ?? "";
    // Browsers give the clipboard to secure pages only.
    const wasCopied = await navigator.clipboard?.writeText(code).then(
      () => true,
      () => false,
    );
    setState(wasCopied ? "copied" : "refused");
    setTimeout(() => setState("idle"), SHOWN_MS);
  }

  return (
    <button
      type="button"
      onClick={(event) => void copy(event)}
      className="-mr-2 min-h-11 cursor-pointer rounded-lg px-3 text-sm text-soft hover:text-ink noscript:hidden"
    >
      <span aria-live="polite">{WORDS[state]}</span>
      <span className="sr-only"> {what}</span>
    </button>
  );
}
