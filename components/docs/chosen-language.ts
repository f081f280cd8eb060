import { useSyncExternalStore } from "react";

/** Where Scalar keeps the choice, so that it is one for the reference and for our own pages. */
const STORED_AS = "scalar-reference-selected-client-v2";

/** What Scalar calls our samples, by their labels: after `lang` in `lib/http/openapi/code-samples.ts`. */
const NAMES: Record<string, string> = {
  curl: "custom/shell",
  TypeScript: "custom/typescript",
  Python: "custom/python",
};

const listeners = new Set<() => void>();

/** The choice of this visit, also where the browser stores nothing. */
let chosen: string | null = null;

/** The language that was chosen last in this browser, for every sample on every page; null before a choice. */
export function useChosenLanguage(): string | null {
  return useSyncExternalStore(
    subscribe,
    () => chosen ?? stored(),
    () => null,
  );
}

export function chooseLanguage(language: string): void {
  chosen = language;
  try {
    localStorage.setItem(STORED_AS, NAMES[language] ?? language);
  } catch {
    // Storage is switched off or full: the choice lasts as long as the page.
  }
  for (const tell of listeners) tell();
}

function stored(): string | null {
  try {
    const name = localStorage.getItem(STORED_AS);
    return Object.keys(NAMES).find((language) => NAMES[language] === name) ?? null;
  } catch {
    return null;
  }
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}
