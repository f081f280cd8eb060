import type { ReactNode } from "react";
import { classNames } from "./class-names";

export type Tone = "plain" | "good" | "warn" | "bad";

const TONES: Record<Tone, string> = {
  plain: "bg-well text-ink",
  good: "bg-accent-wash text-ink",
  warn: "bg-warn-wash text-ink",
  bad: "bg-bad-wash text-ink",
};

const MARKS: Record<Tone, string> = {
  plain: "text-faint",
  good: "text-accent",
  warn: "text-warn",
  bad: "text-bad",
};

interface NoticeProps {
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
  /** A button or link next to the text. */
  action?: ReactNode;
  /** Whether to show an animation instead of the icon. */
  isWaiting?: boolean;
}

/** A status message. It is announced to screen readers only inside a live region. */
export function Notice({ tone, title, children, action, isWaiting }: NoticeProps) {
  return (
    <div
      className={classNames("flex flex-wrap items-center gap-x-6 gap-y-2 rounded-2xl px-5 py-4", TONES[tone])}
    >
      <div className="flex min-w-0 flex-1 basis-72 gap-4">
        <span
          aria-hidden="true"
          className={classNames("flex h-6 w-5 flex-none items-center justify-center", MARKS[tone])}
        >
          {isWaiting ? <Dots /> : <Mark tone={tone} />}
        </span>
        <div className="min-w-0">
          <p className="font-medium">{title}</p>
          {children && <div className="mt-0.5 text-[15px] text-soft">{children}</div>}
        </div>
      </div>
      {action && <div className="flex flex-none gap-2 pl-9 sm:pl-0">{action}</div>}
    </div>
  );
}

function Dots() {
  return (
    <span className="waiting flex gap-[3px]">
      <i className="size-1 rounded-full bg-current" />
      <i className="size-1 rounded-full bg-current" />
      <i className="size-1 rounded-full bg-current" />
    </span>
  );
}

function Mark({ tone }: { tone: Tone }) {
  return (
    <svg
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      className="size-5"
      aria-hidden="true"
    >
      <circle cx="10" cy="10" r="8.2" />
      {tone === "good" ? (
        <path d="m6.4 10.3 2.5 2.5 4.8-5.3" strokeLinecap="round" strokeLinejoin="round" />
      ) : (
        <path d={tone === "plain" ? "M10 6.3v.1M10 9.2v5" : "M10 5.8v5M10 13.7v.1"} strokeLinecap="round" />
      )}
    </svg>
  );
}
