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
 * The owners of a payment are notified when it ends outside their own request: after 3-D Secure, after a
 * confirmation through the API, or when a bank responds. The first that owns the intent says where to redirect to.
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
