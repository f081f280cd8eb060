import { ForbiddenError } from "@/lib/auth";
import type { InsufficientBalanceError } from "@/lib/ledger";
import { env } from "@/lib/platform/env";
import { AppError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";

/** The balance is too low: says by how much, and where it can be topped up. */
export class PaymentRequiredError extends AppError {
  readonly kind = "payment_required";

  constructor(
    private readonly shortage: InsufficientBalanceError,
    private readonly customerId: CustomerId,
  ) {
    super(shortage.message, { cause: shortage });
  }

  override get details() {
    const query = new URLSearchParams({ customer: this.customerId });
    return { ...this.shortage.details, topup_url: `${env().APP_URL}/billing?${query}` };
  }
}

/** Only the operator may do this, whatever scopes a customer's key has. */
export class OperatorOnlyError extends ForbiddenError {
  /** @param path the field that asks for it, where one does */
  constructor(what: string, path?: string) {
    super(`${what} needs a key of the operator.`, { reason: "operator_only", ...(path && { path }) });
  }
}
