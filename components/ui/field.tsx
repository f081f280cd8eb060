import type { ComponentPropsWithRef, ReactNode } from "react";
import { classNames } from "./class-names";

interface FieldProps extends ComponentPropsWithRef<"input"> {
  id: string;
  label: ReactNode;
  /** A word of help below the field. */
  hint?: ReactNode;
  /** What is wrong with the input, in plain words. */
  error?: string | null;
  /** Stands inside the field before the text, such as a currency sign. */
  prefix?: string;
}

/** A labelled text field that tells what is wrong with it. */
export function Field({ id, label, hint, error, prefix, className, ...input }: FieldProps) {
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={className}>
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      <div className="relative mt-2">
        {prefix && (
          <span
            aria-hidden="true"
            className="pointer-events-none absolute inset-y-0 left-4 flex items-center text-faint"
          >
            {prefix}
          </span>
        )}
        <input
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={notes || undefined}
          className={classNames(
            "h-12 w-full rounded-[10px] border bg-panel px-4 text-base tabular-nums placeholder:text-faint",
            prefix && "pl-8",
            error ? "border-bad" : "border-edge",
          )}
          {...input}
        />
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-2 text-sm text-faint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="mt-2 text-sm text-bad">
          {error}
        </p>
      )}
    </div>
  );
}
