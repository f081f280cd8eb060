import {
  type PaymentRedirect,
  updateSessionAfterPayment,
  updateSessionAfterSetup,
} from "../checkout/update-session";
import { updatePortalAfterSetup } from "../portal/change-cards";
import { updateInvoiceAfterPayment } from "../resources/invoices/settle-invoice";
import type { PaymentResult } from "../resources/payment-intents/payment-intent";
import type { SetupResult } from "../resources/setup-intents/confirm-setup";
import type { Tx } from "../runtime";

/**
 * The owners of a payment are notified when it ends after 3-D Secure or by a bank's response. The first that owns the
 * intent says where to redirect to.
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
