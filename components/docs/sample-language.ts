import { useSyncExternalStore } from "react";

/** Scalar's storage key, so that the reference and our own pages share the selection. */
const STORAGE_KEY = "scalar-reference-selected-client-v2";

/** Scalar's names for our sample languages, by label. They follow `lang` in `lib/http/openapi/code-samples.ts`. */
const NAMES: Record<string, string> = {
  curl: "custom/shell",
  TypeScript: "custom/typescript",
  Python: "custom/python",
};

const listeners = new Set<() => void>();

/** The selection of this visit, for browsers without storage. */
let selected: string | null = null;

/** Returns the language selected last in this browser, or null if none was selected. */
export function useSampleLanguage(): string | null {
  return useSyncExternalStore(
    subscribe,
    () => selected ?? stored(),
    () => null,
  );
}

/** Selects a language for all samples on all pages. */
export function setSampleLanguage(language: string): void {
  selected = language;
  try {
    localStorage.setItem(STORAGE_KEY, NAMES[language] ?? language);
  } catch {
    // Storage is disabled or full: the selection lasts until the page is closed.
  }
  for (const notify of listeners) notify();
}

function stored(): string | null {
  try {
    const name = localStorage.getItem(STORAGE_KEY);
    return Object.keys(NAMES).find((language) => NAMES[language] === name) ?? null;
  } catch {
    return null;
  }
}

function subscribe(notify: () => void): () => void {
  listeners.add(notify);
  return () => listeners.delete(notify);
}
