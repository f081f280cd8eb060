"use client";

import { useState } from "react";
import { Method } from "./method";

/** One call, as the index lists and finds it. */
export interface IndexEntry {
  id: string;
  chapter: string;
  method: string;
  summary: string;
  /** All that a search can meet, in lower case. */
  words: string;
}

/** The calls by chapter, and those that a search finds. */
export function ReferenceIndex({ entries }: { entries: IndexEntry[] }) {
  const [query, setQuery] = useState("");
  const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter((entry) => terms.every((term) => entry.words.includes(term)));
  const chapters = [...new Set(found.map((entry) => entry.chapter))];
  return (
    <>
      <search className="noscript:hidden">
        <label htmlFor="search" className="block text-sm font-medium">
          Search
        </label>
        <input
          id="search"
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          placeholder="balance, hold, 402 …"
          className="mt-2 h-11 w-full rounded-[10px] border border-edge bg-panel px-3 text-[15px] placeholder:text-faint"
        />
        <p role="status" className="mt-2 min-h-5 text-sm text-faint">
          {terms.length > 0 && (found.length === 1 ? "1 call" : `${found.length} calls`)}
        </p>
      </search>
      <nav aria-label="Calls" className="mt-4 space-y-6">
        {chapters.map((chapter) => (
          <div key={chapter}>
            <p className="text-sm font-medium">{chapter}</p>
            <ul className="mt-1">
              {found
                .filter((entry) => entry.chapter === chapter)
                .map((entry) => (
                  <li key={entry.id}>
                    <a
                      href={`#${entry.id}`}
                      className="flex min-h-11 items-baseline gap-2 py-2.5 text-sm text-soft hover:text-ink"
                    >
                      <Method name={entry.method} />
                      <span className="min-w-0">{entry.summary}</span>
                    </a>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </nav>
    </>
  );
}
