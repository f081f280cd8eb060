import type { Ref } from "react";
import { Checkbox } from "../../ui/checkbox";

/** The text that the customer agrees to, with the exact terms. */
export function ConsentBox({
  ref,
  text,
  isAgreed,
  onChange,
  error,
}: {
  ref: Ref<HTMLInputElement>;
  /** Null as long as the terms are not complete. */
  text: string | null;
  isAgreed: boolean;
  onChange: (isAgreed: boolean) => void;
  error: string | null;
}) {
  return (
    <div>
      <div className="flex gap-3">
        <Checkbox
          ref={ref}
          id="auto-top-up-consent"
          checked={isAgreed}
          onChange={(event) => onChange(event.target.checked)}
          disabled={text === null}
          aria-invalid={error !== null || undefined}
          aria-describedby={error === null ? undefined : "auto-top-up-consent-error"}
          className="mt-0.5"
        />
        <label htmlFor="auto-top-up-consent" className="max-w-[66ch] cursor-pointer text-sm text-soft">
          {text ?? "The terms to agree to appear here once every field is valid."}
        </label>
      </div>
      {error && (
        <p id="auto-top-up-consent-error" role="alert" className="mt-2 pl-8 text-sm text-bad">
          {error}
        </p>
      )}
    </div>
  );
}
