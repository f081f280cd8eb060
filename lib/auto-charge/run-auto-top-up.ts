import { type DecisionOutcome, EVALUATE_AUTO_TOP_UP } from "@/lib/auto-top-up";
import type { CustomerId } from "@/lib/platform/ids";
import type { QueuedTask } from "@/lib/platform/jobs";
import { refOf } from "@/lib/top-ups";
import { advanceCharge } from "./advance";
import { findUnresolved } from "./charges";
import { claimDueCharge } from "./due-charges";
import { evaluateAutoTopUp } from "./evaluate";

/** With these an unresolved top-up has to be given up, without waiting for its next check. */
const ENDS_CHARGE: readonly DecisionOutcome[] = ["disabled", "no_consent", "no_card"];

/** Evaluates a customer's rule, then charges the card if that is due, or gives up what is no longer due. */
export async function runAutoTopUp(customerId: CustomerId, now: Date): Promise<void> {
  const evaluation = await evaluateAutoTopUp(customerId, now);
  if (evaluation?.intent) {
    await advanceCharge(refOf(evaluation.intent), now);
    return;
  }
  const unresolved = await findUnresolved(customerId);
  if (!unresolved) return;
  const ref = refOf(unresolved);
  const isUrgent = evaluation !== null && ENDS_CHARGE.includes(evaluation.outcome);
  if (isUrgent || (await claimDueCharge(ref, now))) await advanceCharge(ref, now);
}

/** What the debits of customers and changes of rules enqueue, for the worker. */
export const AUTO_TOP_UP_TASKS: readonly QueuedTask[] = [
  {
    name: EVALUATE_AUTO_TOP_UP,
    run: ({ customerId = "" }) => runAutoTopUp(customerId as CustomerId, new Date()),
  },
];
