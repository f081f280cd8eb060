"use client";

import { type MouseEvent, useState } from "react";

const FEEDBACK_MS = 2_000;

type State = "idle" | "copied" | "failed";

const LABELS: Record<State, string> = { idle: "Copy", copied: "Copied", failed: "Copy failed" };

/** Copies the code of the enclosing box to the clipboard. */
export function CopyButton({ what }: { what: string }) {
  const [state, setState] = useState<State>("idle");

  async function copy({ currentTarget }: MouseEvent<HTMLButtonElement>) {
    // Read from the DOM, so that the code is not sent to the browser twice.
    const code = currentTarget.closest("[data-code]")?.querySelector("pre")?.textContent ?? "";
    // The clipboard is available in secure contexts only.
    const wasCopied = await navigator.clipboard?.writeText(code).then(
      () => true,
      () => false,
    );
    setState(wasCopied ? "copied" : "failed");
    setTimeout(() => setState("idle"), FEEDBACK_MS);
  }

  return (
    <button
      type="button"
      onClick={(event) => void copy(event)}
      className="-mr-2 min-h-11 cursor-pointer rounded-lg px-3 text-sm text-soft hover:text-ink noscript:hidden"
    >
      <span aria-live="polite">{LABELS[state]}</span>
      <span className="sr-only"> {what}</span>
    </button>
  );
}
