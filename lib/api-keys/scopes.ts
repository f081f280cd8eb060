import type { Scope } from "@/lib/auth";
import { invalidField } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";

/** The scopes that a customer key can have. */
export const CUSTOMER_SCOPES: readonly Scope[] = [
  "billing:read",
  "billing:write",
  "usage:read",
  "usage:write",
];

/** The scopes that an operator key can have. */
export const OPERATOR_SCOPES: readonly Scope[] = ["usage:read", "usage:write", "admin"];

/**
 * Returns the scopes of a new key, each once and in the usual order.
 *
 * @param customerId null for an operator key
 * @throws InvalidRequestError no scope, or one that this kind of key cannot have
 */
export function chooseScopes(customerId: CustomerId | null, asked: "all" | readonly Scope[]): Scope[] {
  const possible = customerId === null ? OPERATOR_SCOPES : CUSTOMER_SCOPES;
  if (asked === "all") return [...possible];
  const kind = customerId === null ? "operator" : "customer";
  if (asked.length === 0) throw invalidField("scopes", "Must have at least one scope.");
  const impossible = asked.find((scope) => !possible.includes(scope));
  if (impossible) {
    throw invalidField(
      "scopes",
      `A key of type ${kind} cannot have the scope ${impossible}. Possible scopes: ${possible.join(", ")}.`,
    );
  }
  return possible.filter((scope) => asked.includes(scope));
}
