import type { Scope } from "@/lib/auth";
import { invalidField } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";

/** All that a customer's key can ever do. */
export const CUSTOMER_SCOPES: readonly Scope[] = [
  "billing:read",
  "billing:write",
  "usage:read",
  "usage:write",
];

/** All that an operator's key can ever do. */
export const OPERATOR_SCOPES: readonly Scope[] = ["usage:read", "usage:write", "admin"];

/**
 * The scopes of a new key, each once and in their usual order.
 *
 * @param customerId null for an operator's key
 * @throws InvalidRequestError naming `scopes`: none, or one that a key of this kind cannot have
 */
export function chooseScopes(customerId: CustomerId | null, asked: "all" | readonly Scope[]): Scope[] {
  const possible = customerId === null ? OPERATOR_SCOPES : CUSTOMER_SCOPES;
  if (asked === "all") return [...possible];
  const whose = customerId === null ? "the operator" : "a customer";
  if (asked.length === 0) throw invalidField("scopes", "Name at least one scope.");
  const impossible = asked.find((scope) => !possible.includes(scope));
  if (impossible) {
    throw invalidField(
      "scopes",
      `A key of ${whose} cannot have ${impossible}; it can have ${possible.join(", ")}.`,
    );
  }
  return possible.filter((scope) => asked.includes(scope));
}
