import type { CheckoutProblem } from "./use-checkout";

/** Why Checkout could not be opened, announced at once. */
export function CheckoutProblemText({ problem }: { problem: CheckoutProblem }) {
  return (
    <p role="alert" className="appear mt-4 rounded-xl bg-bad-wash px-4 py-3 text-sm text-ink">
      {problem.message}{" "}
      {problem.isSignedOut && (
        <a href="/sign-in?callbackUrl=/billing" className="font-medium underline underline-offset-4">
          Sign in again
        </a>
      )}
    </p>
  );
}
