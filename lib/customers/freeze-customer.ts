import type { OperatorActor } from "@/lib/auth";
import { setAccountStatus } from "@/lib/ledger";
import { recordAction } from "@/lib/operator-actions";
import { withCustomerTransaction } from "@/lib/platform/db";
import { type CustomerAccount, readCustomerAccount } from "./customer-account";

export interface AccountChange {
  customerId: string;
  reason: string;
}

/**
 * Freezes a customer: new charges and holds are refused. Top-ups are still credited, and open holds can be captured.
 * Freezing a frozen customer changes nothing.
 *
 * @throws NotFoundError the customer does not exist
 * @throws ConflictError the account is closed
 */
export function freezeCustomer(by: OperatorActor | null, change: AccountChange): Promise<CustomerAccount> {
  return changeStatus(by, change, "frozen");
}

/**
 * Unfreezes a customer. Unfreezing an active customer changes nothing.
 *
 * @throws NotFoundError the customer does not exist
 * @throws ConflictError the account is closed
 */
export function unfreezeCustomer(by: OperatorActor | null, change: AccountChange): Promise<CustomerAccount> {
  return changeStatus(by, change, "active");
}

async function changeStatus(
  by: OperatorActor | null,
  { customerId: asked, reason }: AccountChange,
  to: "active" | "frozen",
): Promise<CustomerAccount> {
  const { customerId } = await readCustomerAccount(asked);
  return withCustomerTransaction(customerId, async (tx) => {
    if (await setAccountStatus(tx, customerId, to)) {
      const verb = to === "frozen" ? "freeze_customer" : "unfreeze_customer";
      await recordAction(tx, { verb, by, subjectId: customerId, customerId, reason });
    }
    return readCustomerAccount(customerId, tx);
  });
}
