import type { DepartureProblem } from "./use-departure";

/** Why a page of Stripe's could not be opened, announced at once. */
export function CheckoutProblemText({ problem }: { problem: DepartureProblem }) {
  return (
    <p
      role="alert"
      className="appear order-last mt-4 basis-full rounded-xl bg-bad-wash px-4 py-3 text-sm text-ink"
    >
      {problem.message}{" "}
      {problem.isSignedOut && (
        <a href="/sign-in?callbackUrl=/billing" className="font-medium underline underline-offset-4">
          Sign in again
        </a>
      )}
    </p>
  );
}
