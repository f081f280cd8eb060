import type { ComponentPropsWithRef } from "react";
import { classNames } from "../../ui/class-names";

/** The look of a field inside a sentence. */
export function blankLook(isInvalid: boolean): string {
  return classNames(
    "relative mx-0.5 inline-flex h-11 max-w-full items-center rounded-t-lg border-b-2 leading-6 bg-well pl-2.5 align-middle font-medium text-ink has-focus-visible:rounded-lg has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
    isInvalid ? "border-bad bg-bad-wash" : "border-edge",
  );
}

interface InlineFieldProps extends ComponentPropsWithRef<"input"> {
  /** For screen readers; the sentence names it for everybody else. */
  label: string;
  value: string;
  prefix?: string;
  /** The id of its error message, if it has one. */
  errorId?: string | null;
}

/** A text field inside a sentence, as wide as its content. */
export function InlineField({
  label,
  value,
  prefix,
  errorId = null,
  placeholder,
  ...input
}: InlineFieldProps) {
  const width = Math.max(2, value.length || (placeholder?.length ?? 0));
  return (
    <span className={blankLook(errorId !== null)}>
      {prefix && <span aria-hidden="true">{prefix}</span>}
      <input
        aria-label={label}
        aria-invalid={errorId !== null || undefined}
        aria-describedby={errorId ?? undefined}
        inputMode="decimal"
        autoComplete="off"
        maxLength={16}
        value={value}
        placeholder={placeholder}
        style={{ width: `calc(${width}ch + 12px)` }}
        className="h-[42px] bg-transparent pr-2.5 pl-px font-medium tabular-nums outline-none placeholder:text-faint"
        {...input}
      />
    </span>
  );
}
