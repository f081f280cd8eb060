import { type Actor, ForbiddenError } from "@/lib/auth";
import { findCustomer } from "@/lib/customers";
import { invalidField, NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, isId } from "@/lib/platform/ids";

/**
 * On whose balance a caller acts. An operator must say; a customer acts on its own, and may say so. Whether an operator's
 * customer exists is left to the statement that follows, which has to look anyway.
 *
 * @param field its name for the caller
 * @throws InvalidRequestError an operator names none, or no customer's id
 * @throws ForbiddenError a customer names another one
 */
export function namedCustomer(
  actor: Actor,
  customerId: string | undefined,
  field = "customer_id",
): CustomerId {
  if (actor.kind !== "operator_key") {
    if (customerId === undefined || customerId === actor.customerId) return actor.customerId;
    throw new ForbiddenError("This key acts on its own customer only.", {
      reason: "foreign_customer",
      path: field,
    });
  }
  if (customerId === undefined) throw invalidField(field, "A key of the operator must name the customer.");
  if (!isId("customer", customerId)) throw invalidField(field, "This is not the id of a customer (cust_…).");
  return customerId;
}

/**
 * The same for reading: the customer is known to exist.
 * @throws NotFoundError there is no such customer
 */
export async function resolveCustomer(actor: Actor, customerId: string | undefined): Promise<CustomerId> {
  const named = namedCustomer(actor, customerId);
  if (actor.kind === "operator_key" && !(await findCustomer(named))) throw new NotFoundError("customer");
  return named;
}
