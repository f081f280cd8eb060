import { refOf, type TopUpIntent } from "@/lib/top-ups";
import { type StepOutcome, withLockedCharge } from "./charges";
import { failCharge, giveUp } from "./give-up";
import { AUTHENTICATION_WINDOW_MS } from "./rules";
import { settleCharge } from "./settle-charge";

/** Waits for the customer to authenticate on the page of the invoice, for a day at most. */
export async function waitForCustomer(intent: TopUpIntent, now: Date): Promise<StepOutcome> {
  const outcome = await settleCharge(refOf(intent), { now });
  if (outcome !== "nothing") return "continue";
  const since = intent.actionRequiredAt ?? now;
  const isOver = now.getTime() - since.getTime() >= AUTHENTICATION_WINDOW_MS;
  return withLockedCharge(intent, async (tx, { rule, intent: locked }) => {
    if (isOver) await failCharge(tx, { rule, intent: locked }, "authentication_required", now);
    else if (!rule.enabled) await giveUp(tx, locked, "disabled", now);
    else return "stop";
    return "continue";
  });
}
