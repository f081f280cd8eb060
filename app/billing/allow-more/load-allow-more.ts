import type { AllowMoreProps } from "@/components/billing/allow-more";
import { hasScope, type Session, scopesOfRole } from "@/lib/auth";
import { readAutoTopUp } from "@/lib/auto-charge";
import { CONSENT_TEXTS, raisedDailyCaps, termsOf } from "@/lib/auto-top-up";
import { listCustomersOf } from "@/lib/customers";
import { fromCents } from "@/lib/money";

/** Loads the daily limit of one of the user's customers, the first one if none is named; null if it is another customer's. */
export async function loadAllowMore(
  { userId, onlyCustomerId }: Session,
  named: string | undefined,
  now: Date,
): Promise<(AllowMoreProps & { customerName: string }) | null> {
  const customer = (await listCustomersOf(userId)).find(
    ({ customerId }) =>
      (onlyCustomerId === null || onlyCustomerId === customerId) &&
      (named === undefined || named === customerId),
  );
  if (!customer) return null;
  const { customerId, name: customerName, role } = customer;
  const { rule, isOn, raised } = await readAutoTopUp(customerId, now);
  const terms = rule && termsOf(rule);
  const more = terms && raisedDailyCaps(terms);
  return {
    customerId,
    customerName,
    consentText: CONSENT_TEXTS.allowMore,
    mayChange: hasScope({ scopes: scopesOfRole(role) }, "billing:write"),
    limits:
      isOn && terms && more
        ? {
            usual: { amount: fromCents(terms.dailyCap), count: terms.dailyCount },
            raised: { amount: fromCents(more.dailyCap), count: more.dailyCount },
            monthly: fromCents(terms.monthlyCap),
            isRaised: raised !== null,
          }
        : null,
  };
}
