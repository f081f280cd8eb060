"use client";

import type { ReactNode } from "react";
import { classNames } from "../ui/class-names";
import { CopyButton } from "./copy-button";
import { setSampleLanguage, useSampleLanguage } from "./sample-language";

interface SampleBoxProps {
  what: string;
  samples: { label: string; code: ReactNode }[];
}

/** Shows the sample in the selected language. Without JavaScript, all samples are shown. */
export function SampleBox({ what, samples }: SampleBoxProps) {
  const language = useSampleLanguage();
  const shown = samples.find((sample) => sample.label === language) ?? samples[0];
  if (!shown) return null;
  // The copy button copies the first sample in the box.
  const inOrder = [shown, ...samples.filter((sample) => sample !== shown)];
  return (
    <div data-code className="rounded-[10px] border border-line bg-panel">
      <div className="flex items-center justify-between border-b border-line pr-3 pl-2 noscript:hidden">
        <fieldset className="flex">
          <legend className="sr-only">Sample language</legend>
          {samples.map((sample) => (
            <button
              key={sample.label}
              type="button"
              aria-pressed={sample === shown}
              onClick={() => setSampleLanguage(sample.label)}
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
        <CopyButton what={what} />
      </div>
      {inOrder.map(({ label, code }) => (
        <div key={label} className={label === shown.label ? undefined : "hidden noscript:block"}>
          <p className="hidden px-4 pt-3 text-sm text-faint noscript:block">{label}</p>
          {code}
        </div>
      ))}
    </div>
  );
}
