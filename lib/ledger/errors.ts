import { formatUsd, type Nanos } from "@/lib/money";
import { env } from "@/lib/platform/env";
import { AppError, ConflictError, NotFoundError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";

/** The same fact was to be posted a second time. The first transfer stands; nothing was changed. */
export class AlreadyPostedError extends AppError {
  readonly kind = "conflict";

  constructor(options: { cause: unknown }) {
    super("This was already posted.", options);
  }
}

/** Less is available than the request needs: says by how much, and where to top up. Nothing was changed. */
export class InsufficientBalanceError extends AppError {
  readonly kind = "payment_required";

  constructor(
    readonly customerId: CustomerId,
    readonly available: Nanos,
    readonly required: Nanos,
  ) {
    super("The balance is too low for this amount.");
  }

  override get details() {
    const query = new URLSearchParams({ customer: this.customerId });
    return {
      available_usd: formatUsd(this.available),
      required_usd: formatUsd(this.required),
      topup_url: `${env().APP_URL}/billing?${query}`,
    };
  }
}

/** The account is frozen or closed: nothing new can be spent from it. */
export class AccountNotActiveError extends AppError {
  readonly kind = "forbidden";

  constructor(private readonly status: string) {
    super(
      status === "closed"
        ? "This account is closed."
        : "This account is frozen: nothing new can be spent from it.",
    );
  }

  override get details() {
    return { reason: `account_${this.status}` };
  }
}

/** Somebody else opened this hold; only an operator may touch it too. */
export class ForeignHoldError extends AppError {
  readonly kind = "forbidden";

  constructor() {
    super("This hold was opened by somebody else. It needs a key of the operator.");
  }

  override get details() {
    return { reason: "foreign_hold" };
  }
}

/** More was to be given back than is left of the charge. Nothing was changed. */
export class RefundTooLargeError extends AppError {
  readonly kind = "conflict";

  constructor(readonly refundable: Nanos) {
    super("That is more than is left of this charge.");
  }

  override get details() {
    return { refundable_usd: formatUsd(this.refundable) };
  }
}

/** There is no customer with this id. */
export class UnknownCustomerError extends NotFoundError {
  constructor() {
    super("customer");
  }
}

/** The balance would leave the range that can be counted, nine billion dollars either way. */
export class BalanceOutOfRangeError extends ConflictError {
  constructor(options?: { cause: unknown }) {
    super("The balance would leave the range that can be counted.", options);
  }
}

/** Whether the database refused a balance beyond its range. */
export function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && /ledger_account_balance_in_range|bigint out of range/.test(error.message);
}
