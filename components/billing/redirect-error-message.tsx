import type { RedirectError } from "./use-redirect";

/** Explains why a Stripe page could not be opened. */
export function RedirectErrorMessage({ error }: { error: RedirectError }) {
  return (
    <p
      role="alert"
      className="appear order-last mt-4 basis-full rounded-xl bg-bad-wash px-4 py-3 text-sm text-ink"
    >
      {error.message}{" "}
      {error.isSignedOut && (
        <a href="/sign-in?callbackUrl=/billing" className="font-medium underline underline-offset-4">
          Sign in
        </a>
      )}
    </p>
  );
}
