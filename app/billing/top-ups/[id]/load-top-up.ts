import { hasScope, type Session, scopesOfRole } from "@/lib/auth";
import { listCustomersOf, type MemberOf } from "@/lib/customers";
import { readCardNames } from "@/lib/payment-methods";
import { isId } from "@/lib/platform/ids";
import { type OwnRefund, readOwnRefund } from "@/lib/refunds";
import { loadTopUp, type TopUpDetails } from "@/lib/top-ups";

/** Everything the page of a top-up shows. */
export interface TopUpView extends TopUpDetails {
  customer: MemberOf;
  /** Whether the viewer may ask for a refund. */
  mayPay: boolean;
  refund: OwnRefund;
  /** The card of an automatic top-up; null if it is not known. */
  card: { brand: string; last4: string } | null;
}

/** Loads a top-up of one of the user's customers; null if it does not exist or is another customer's. */
export async function loadTopUpView(
  { userId, onlyCustomerId }: Session,
  topUpIntentId: string,
  now: Date,
): Promise<TopUpView | null> {
  if (!isId("topUp", topUpIntentId)) return null;
  const customers = (await listCustomersOf(userId)).filter(
    ({ customerId }) => onlyCustomerId === null || onlyCustomerId === customerId,
  );
  for (const customer of customers) {
    const { customerId } = customer;
    const topUp = await loadTopUp({ customerId, topUpIntentId });
    if (!topUp) continue;
    const { paymentMethodId } = topUp.intent;
    const names = await readCardNames(customerId, paymentMethodId === null ? [] : [paymentMethodId]);
    return {
      ...topUp,
      customer,
      mayPay: hasScope({ scopes: scopesOfRole(customer.role) }, "billing:write"),
      refund: await readOwnRefund(topUp.intent, now),
      card: names.get(paymentMethodId ?? "") ?? null,
    };
  }
  return null;
}
