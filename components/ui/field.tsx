import type { ComponentPropsWithRef, ReactNode } from "react";
import { classNames } from "./class-names";

interface FieldProps extends ComponentPropsWithRef<"input"> {
  id: string;
  label: ReactNode;
  /** Help text below the field. */
  hint?: ReactNode;
  /** Error message below the field. */
  error?: string | null;
  /** Text inside the field before the input, such as a currency sign. */
  prefix?: string;
}

/** A labeled text field with an optional hint and error message. */
export function Field({ id, label, hint, error, prefix, className, ...input }: FieldProps) {
  const descriptionIds = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
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
          aria-describedby={descriptionIds || undefined}
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
