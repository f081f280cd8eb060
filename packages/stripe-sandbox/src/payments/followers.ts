import { type Followed, followPaymentInCheckout, followSetupInCheckout } from "../checkout/follow-payment";
import { followPaymentInInvoice } from "../hosted-invoice/pay-hosted-invoice";
import { followSetupInPortal } from "../portal/change-cards";
import type { PaymentResult } from "../resources/payment-intents/payment-result";
import type { SetupResult } from "../resources/setup-intents/set-up-card";
import type { Tx } from "../runtime";

/**
 * What owns a payment hears of its end when that comes outside the owner's own request: after 3-D Secure, after a
 * confirmation through the API, or when a bank answers. The first that knows the intent says where the customer goes.
 */
type PaymentFollower = (tx: Tx, result: PaymentResult) => Promise<Followed | undefined>;
type SetupFollower = (tx: Tx, result: SetupResult) => Promise<Followed | undefined>;

const paymentFollowers: readonly PaymentFollower[] = [followPaymentInCheckout, followPaymentInInvoice];
const setupFollowers: readonly SetupFollower[] = [followSetupInCheckout, followSetupInPortal];

export async function followPayment(tx: Tx, result: PaymentResult): Promise<Followed | undefined> {
  for (const follow of paymentFollowers) {
    const followed = await follow(tx, result);
    if (followed) return followed;
  }
  return undefined;
}

export async function followSetup(tx: Tx, result: SetupResult): Promise<Followed | undefined> {
  for (const follow of setupFollowers) {
    const followed = await follow(tx, result);
    if (followed) return followed;
  }
  return undefined;
}
