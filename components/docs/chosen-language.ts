import { useSyncExternalStore } from "react";

const STORED_AS = "brim.docs.language";

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
    localStorage.setItem(STORED_AS, language);
  } catch {
    // Storage is switched off or full: the choice lasts as long as the page.
  }
  for (const tell of listeners) tell();
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED_AS);
  } catch {
    return null;
  }
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}
