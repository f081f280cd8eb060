"use client";

import { createContext, type ReactNode, useContext, useState } from "react";
import { classNames } from "../ui/class-names";
import { CodeText } from "./code-block";
import { CopyButton } from "./copy-button";

const Choice = createContext<{ label: string; choose(label: string): void }>({ label: "", choose() {} });

/** One choice of a language for every sample on the page. */
export function SampleChoice({ first, children }: { first: string; children: ReactNode }) {
  const [label, choose] = useState(first);
  return <Choice value={{ label, choose }}>{children}</Choice>;
}

interface SamplesProps {
  /** What the samples do, for those who do not see where they stand. */
  what: string;
  samples: { label: string; source: string }[];
}

/** The same call in several languages, of which one is shown. */
export function Samples({ what, samples }: SamplesProps) {
  const { label, choose } = useContext(Choice);
  const shown = samples.find((sample) => sample.label === label) ?? samples[0];
  if (!shown) return null;
  return (
    <div className="rounded-[10px] border border-line bg-panel">
      <div className="flex items-center justify-between border-b border-line pr-3 pl-2">
        <fieldset className="flex">
          <legend className="sr-only">Language of the samples</legend>
          {samples.map((sample) => (
            <button
              key={sample.label}
              type="button"
              aria-pressed={sample === shown}
              onClick={() => choose(sample.label)}
              className={classNames(
                "min-h-11 cursor-pointer rounded-lg px-2 text-sm",
                sample === shown
                  ? "font-medium text-ink underline decoration-accent decoration-2 underline-offset-8"
                  : "text-soft hover:text-ink",
              )}
            >
              {sample.label}
            </button>
          ))}
        </fieldset>
        <CopyButton text={shown.source} what={what} />
      </div>
      <CodeText text={shown.source} />
    </div>
  );
}
