import type { OperatorActor } from "@/lib/auth";
import { actOnce } from "@/lib/operator-actions";
import { normalizeEmail } from "@/lib/platform/email-address";
import { newId } from "@/lib/platform/ids";
import { insertCustomer } from "./create-customer";
import { type CustomerAccount, readCustomerAccount } from "./customer-account";

/**
 * Creates a customer for the operator, with a balance of zero. Several customers can share one email address: a user who
 * verifies it at sign-in joins all of them.
 *
 * @throws IdempotencyConflictError the idempotency key was used for another request
 */
export async function registerCustomer(
  by: OperatorActor | null,
  input: { name: string; email: string },
  options: { idempotencyKey: string | null },
): Promise<{ customer: CustomerAccount; isReplay: boolean }> {
  const customerId = newId("customer");
  const email = normalizeEmail(input.email);
  const created = await actOnce(
    { verb: "create_customer", by, subjectId: customerId, customerId },
    { ...options, content: [input.name, email] },
    async (tx) => {
      await insertCustomer(tx, { ...input, customerId });
      return readCustomerAccount(customerId, tx);
    },
  );
  return created.isReplay
    ? { customer: await readCustomerAccount(created.subjectId), isReplay: true }
    : { customer: created.result, isReplay: false };
}
