import { type Actor, ForbiddenError } from "@/lib/auth";
import { findCustomer } from "@/lib/customers";
import { invalidField, NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, isId } from "@/lib/platform/ids";

/**
 * Returns the customer on whose balance the caller acts. An operator must name the customer; a customer may name only itself.
 * Whether the operator's customer exists is checked by the statement that follows.
 *
 * @param field the name of the request field, for errors
 * @throws InvalidRequestError an operator names no customer, or the id is malformed
 * @throws ForbiddenError a customer names another one
 */
export function namedCustomer(
  actor: Actor,
  customerId: string | undefined,
  field = "customer_id",
): CustomerId {
  if (actor.kind !== "operator_key") {
    if (customerId === undefined || customerId === actor.customerId) return actor.customerId;
    throw new ForbiddenError("This API key can only act on its own customer.", {
      reason: "foreign_customer",
      path: field,
    });
  }
  if (customerId === undefined) throw invalidField(field, "An operator key must name the customer.");
  if (!isId("customer", customerId)) throw invalidField(field, "Must be a customer ID (cust_…).");
  return customerId;
}

/**
 * Does the same for reads, and checks that the customer exists.
 * @throws NotFoundError there is no such customer
 */
export async function resolveCustomer(actor: Actor, customerId: string | undefined): Promise<CustomerId> {
  const named = namedCustomer(actor, customerId);
  if (actor.kind === "operator_key" && !(await findCustomer(named))) throw new NotFoundError("customer");
  return named;
}
