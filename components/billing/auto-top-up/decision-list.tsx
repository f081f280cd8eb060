import { describeDecision, describeDecisionTime } from "./decision-message";
import type { RuleDecision } from "./view";

/** The last evaluations in words, newest first: why the card was charged, or why it was not. */
export function DecisionList({ decisions }: { decisions: readonly RuleDecision[] }) {
  if (decisions.length === 0) return null;
  return (
    <details className="group mt-4">
      <summary className="-mx-1 inline-flex min-h-11 cursor-pointer list-none items-center gap-2 rounded-lg px-1 text-[15px] font-medium text-soft hover:text-ink [&::-webkit-details-marker]:hidden">
        <span
          aria-hidden="true"
          className="mx-0.5 size-1.5 -rotate-45 border-r-[1.5px] border-b-[1.5px] border-faint transition-transform duration-150 group-open:rotate-45"
        />
        Why it charged or did not
      </summary>
      <ol className="mt-1 divide-y divide-line border-y border-line">
        {decisions.map((decision) => (
          <li key={decision.decisionId} className="py-3 text-[15px]">
            <p className="text-sm text-faint">
              <time dateTime={decision.lastAt.toISOString()}>{describeDecisionTime(decision)}</time>
            </p>
            <p className="mt-0.5 text-soft">
              {describeDecision(decision)}{" "}
              {decision.topUpIntentId && (
                <a
                  href={`/billing/top-ups/${decision.topUpIntentId}`}
                  className="-my-2.5 inline-flex min-h-11 items-center font-medium text-ink underline underline-offset-4"
                >
                  View top-up
                </a>
              )}
            </p>
          </li>
        ))}
      </ol>
    </details>
  );
}
