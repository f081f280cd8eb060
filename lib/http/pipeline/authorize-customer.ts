import { type Actor, ForbiddenError } from "@/lib/auth";
import { findCustomer } from "@/lib/customers";
import { invalidField, NotFoundError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";

/**
 * Returns the customer that a call acts on. An operator must name one; a customer may only name itself. Does not check that
 * an operator's customer exists: the statement that follows does.
 *
 * @param field the field in which the customer is named, for error messages
 * @throws InvalidRequestError an operator names no customer
 * @throws ForbiddenError a customer names another customer
 */
export function authorizeCustomer(
  actor: Actor,
  customerId: CustomerId | undefined,
  field = "customer_id",
): CustomerId {
  if (actor.kind === "operator_key") {
    if (customerId === undefined) throw invalidField(field, "An operator key must name the customer.");
    return customerId;
  }
  if (customerId !== undefined && customerId !== actor.customerId) {
    throw new ForbiddenError("This API key can only act on its own customer.", {
      reason: "foreign_customer",
      path: field,
    });
  }
  return actor.customerId;
}

/**
 * Returns the customer that a call reads, which is known to exist.
 * @throws NotFoundError there is no such customer
 */
export async function authorizeExistingCustomer(
  actor: Actor,
  customerId: CustomerId | undefined,
): Promise<CustomerId> {
  const authorized = authorizeCustomer(actor, customerId);
  if (actor.kind === "operator_key" && !(await findCustomer(authorized))) throw new NotFoundError("customer");
  return authorized;
}
