import type { OperatorActor } from "@/lib/auth";
import { actOnce } from "@/lib/operator-actions";
import { normalizeEmail } from "@/lib/platform/email-address";
import { newId } from "@/lib/platform/ids";
import { insertCustomer } from "./create-customer";
import { type CustomerAccount, readCustomerAccount } from "./customer-account";

/**
 * Makes a customer for the operator, with its balance of zero. Several customers may carry one e-mail address: whoever
 * proves it at sign-in joins all of them.
 *
 * @throws IdempotencyConflictError the key of the request was used for another one
 */
export async function registerCustomer(
  by: OperatorActor | null,
  input: { name: string; email: string },
  options: { idempotencyKey: string | null },
): Promise<{ customer: CustomerAccount; isReplay: boolean }> {
  const customerId = newId("customer");
  const email = normalizeEmail(input.email);
  const made = await actOnce(
    { verb: "create_customer", by, subjectId: customerId, customerId },
    { ...options, content: [input.name, email] },
    async (tx) => {
      await insertCustomer(tx, { ...input, customerId });
      return readCustomerAccount(customerId, tx);
    },
  );
  return made.isReplay
    ? { customer: await readCustomerAccount(made.subjectId), isReplay: true }
    : { customer: made.result, isReplay: false };
}
