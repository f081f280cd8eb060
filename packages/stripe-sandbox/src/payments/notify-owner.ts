import {
  type PaymentRedirect,
  updateSessionAfterPayment,
  updateSessionAfterSetup,
} from "../checkout/update-session";
import { updateInvoiceAfterPayment } from "../hosted-invoice/pay-hosted-invoice";
import { updatePortalAfterSetup } from "../portal/change-cards";
import type { PaymentResult } from "../resources/payment-intents/payment-result";
import type { SetupResult } from "../resources/setup-intents/set-up-card";
import type { Tx } from "../runtime";

/**
 * What owns a payment hears of its end when that comes outside the owner's own request: after 3-D Secure, after a
 * confirmation through the API, or when a bank answers. The first that knows the intent says where the customer goes.
 */
type PaymentOwner = (tx: Tx, result: PaymentResult) => Promise<PaymentRedirect | undefined>;
type SetupOwner = (tx: Tx, result: SetupResult) => Promise<PaymentRedirect | undefined>;

const paymentOwners: readonly PaymentOwner[] = [updateSessionAfterPayment, updateInvoiceAfterPayment];
const setupOwners: readonly SetupOwner[] = [updateSessionAfterSetup, updatePortalAfterSetup];

export async function notifyPaymentOwner(
  tx: Tx,
  result: PaymentResult,
): Promise<PaymentRedirect | undefined> {
  for (const follow of paymentOwners) {
    const followed = await follow(tx, result);
    if (followed) return followed;
  }
  return undefined;
}

export async function notifySetupOwner(tx: Tx, result: SetupResult): Promise<PaymentRedirect | undefined> {
  for (const follow of setupOwners) {
    const followed = await follow(tx, result);
    if (followed) return followed;
  }
  return undefined;
}
