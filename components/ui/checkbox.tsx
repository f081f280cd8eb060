import type { ComponentPropsWithRef } from "react";
import { classNames } from "./class-names";

/** A native checkbox in the theme's colors. */
export function Checkbox({ className, ...input }: Omit<ComponentPropsWithRef<"input">, "type">) {
  return (
    <span className={classNames("relative flex size-5 flex-none", className)}>
      <input
        type="checkbox"
        className="peer size-5 cursor-pointer appearance-none rounded-[6px] border border-edge bg-panel transition-colors duration-150 checked:border-accent checked:bg-accent"
        {...input}
      />
      <svg
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
        className="pointer-events-none absolute inset-0 hidden text-on-accent peer-checked:block"
        aria-hidden="true"
      >
        <path d="m5.5 10.4 3 3 6-6.6" />
      </svg>
    </span>
  );
}
