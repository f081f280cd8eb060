import { AppError } from "@/lib/platform/errors";
import type { ApiKeyId, CustomerId, UserId } from "@/lib/platform/ids";

/** What a caller may do. A `write` implies the `read` beside it. */
export const SCOPES = ["billing:read", "billing:write", "usage:read", "usage:write", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/** What a user is to a customer. */
export const ROLES = ["owner", "billing", "developer", "viewer"] as const;
export type Role = (typeof ROLES)[number];

/** Who is calling, and on whose balance. An operator key has no customer. */
export type Actor = CustomerActor | OperatorActor;

/** The operator itself, who acts on every customer. */
export interface OperatorActor {
  kind: "operator_key";
  apiKeyId: ApiKeyId;
  scopes: readonly Scope[];
}

/** A caller who acts on exactly one customer. */
export type CustomerActor =
  | { kind: "customer_key"; customerId: CustomerId; apiKeyId: ApiKeyId; scopes: readonly Scope[] }
  | { kind: "session"; customerId: CustomerId; userId: UserId; role: Role; scopes: readonly Scope[] };

/** No usable key or session came with the request. */
export class UnauthorizedError extends AppError {
  readonly kind = "unauthorized";
}

/** The caller is known, but may not do this. */
export class ForbiddenError extends AppError {
  readonly kind = "forbidden";

  constructor(
    message: string,
    /** `path` is the field that asks for what is forbidden, where one does. */
    private readonly why: { required_scope: Scope } | { reason: string; path?: string },
  ) {
    super(message);
  }

  override get details() {
    return this.why;
  }
}

/** Whether the caller's scopes cover one: a `write` is also a `read`. */
export function hasScope(actor: Pick<Actor, "scopes">, scope: Scope): boolean {
  return actor.scopes.includes(scope) || (scope.endsWith(":read") && actor.scopes.includes(writeOf(scope)));
}

function writeOf(scope: Scope): Scope {
  return scope.replace(":read", ":write") as Scope;
}

/** @throws ForbiddenError naming the scope that is missing */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!hasScope(actor, scope)) {
    throw new ForbiddenError(`This needs the scope ${scope}.`, { required_scope: scope });
  }
}

/** @throws ForbiddenError when the caller is an operator, who has no customer of its own */
export function requireCustomer(actor: Actor): CustomerActor {
  if (actor.kind === "operator_key") {
    throw new ForbiddenError("This needs a key of a customer.", { reason: "operator_key" });
  }
  return actor;
}

/** @throws ForbiddenError when the caller belongs to one customer */
export function requireOperator(actor: Actor): OperatorActor {
  if (actor.kind !== "operator_key") {
    throw new ForbiddenError("This needs a key of the operator.", { reason: "not_operator" });
  }
  return actor;
}

/** What a role may do in a browser. Spending is for keys alone. */
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

/** Who owns an idempotency key: it survives rolling an API key, and no customer can claim an operator's. */
export function idempotencyOwner(actor: Actor): string {
  return actor.kind === "operator_key" ? "operator" : actor.customerId;
}
