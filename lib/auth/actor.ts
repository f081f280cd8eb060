import { AppError } from "@/lib/platform/errors";
import type { ApiKeyId, CustomerId, UserId } from "@/lib/platform/ids";

/** A `write` scope implies the corresponding `read` scope. */
export const SCOPES = ["billing:read", "billing:write", "usage:read", "usage:write", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

export const ROLES = ["owner", "billing", "developer", "viewer"] as const;
export type Role = (typeof ROLES)[number];

/** An authenticated caller. */
export type Actor = CustomerActor | OperatorActor;

/** The operator, who can act on every customer. */
export interface OperatorActor {
  kind: "operator_key";
  apiKeyId: ApiKeyId;
  scopes: readonly Scope[];
}

/** A caller who can act on one customer only. */
export type CustomerActor =
  | { kind: "customer_key"; customerId: CustomerId; apiKeyId: ApiKeyId; scopes: readonly Scope[] }
  | { kind: "session"; customerId: CustomerId; userId: UserId; role: Role; scopes: readonly Scope[] };

/** The request has no valid key or session. */
export class UnauthorizedError extends AppError {
  readonly kind = "unauthorized";
}

/** The caller is authenticated, but not allowed to do this. */
export class ForbiddenError extends AppError {
  readonly kind = "forbidden";

  constructor(
    message: string,
    /** `path` is the field that asks for something forbidden, if there is one. */
    private readonly why: { required_scope: Scope } | { reason: string; path?: string },
  ) {
    super(message);
  }

  override get details() {
    return this.why;
  }
}

/** Whether the caller has a scope, directly or through the corresponding `write` scope. */
export function hasScope(actor: Pick<Actor, "scopes">, scope: Scope): boolean {
  return actor.scopes.includes(scope) || (scope.endsWith(":read") && actor.scopes.includes(writeOf(scope)));
}

function writeOf(scope: Scope): Scope {
  return scope.replace(":read", ":write") as Scope;
}

/** @throws ForbiddenError naming the missing scope */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!hasScope(actor, scope)) {
    throw new ForbiddenError(`This requires the scope ${scope}.`, { required_scope: scope });
  }
}

/** @throws ForbiddenError the caller is the operator, who has no customer */
export function requireCustomer(actor: Actor): CustomerActor {
  if (actor.kind === "operator_key") {
    throw new ForbiddenError("This requires a customer key.", { reason: "operator_key" });
  }
  return actor;
}

/** @throws ForbiddenError the caller is not the operator */
export function requireOperator(actor: Actor): OperatorActor {
  if (actor.kind !== "operator_key") {
    throw new ForbiddenError("This requires an operator key.", { reason: "not_operator" });
  }
  return actor;
}

/** Returns what a role can do in a browser. Only keys can spend. */
export function scopesOfRole(role: Role): readonly Scope[] {
  switch (role) {
    case "owner":
    case "billing":
      return ["billing:write", "usage:read"];
    case "developer":
    case "viewer":
      return ["billing:read", "usage:read"];
  }
}

/** Returns the namespace of a caller's idempotency keys. It stays the same when an API key is rolled. */
export function idempotencyOwner(actor: Actor): string {
  return actor.kind === "operator_key" ? "operator" : actor.customerId;
}
