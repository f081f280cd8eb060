import type { OperatorActor } from "@/lib/auth";
import { setAccountStatus } from "@/lib/ledger";
import { recordAction } from "@/lib/operator-actions";
import { withCustomerTransaction } from "@/lib/platform/db";
import { type CustomerAccount, readCustomerAccount } from "./customer-account";

/** What is to be done to whose account, and why. */
export interface AccountChange {
  customerId: string;
  reason: string;
}

/**
 * Stops a customer's spending: new charges and holds are refused until it is unfrozen. Money still arrives, and what was
 * held can be captured. A second time changes nothing.
 *
 * @throws NotFoundError there is no such customer · ConflictError the account is closed
 */
export function freezeCustomer(by: OperatorActor | null, change: AccountChange): Promise<CustomerAccount> {
  return changeStatus(by, change, "frozen");
}

/**
 * Lets a customer spend again, whoever froze it. A second time changes nothing.
 *
 * @throws NotFoundError there is no such customer · ConflictError the account is closed
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
