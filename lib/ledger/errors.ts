import { formatUsd, type Nanos } from "@/lib/money";
import { env } from "@/lib/platform/env";
import { AppError, ConflictError, NotFoundError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";

/** The same source was posted before. The first transfer stands; nothing was changed. */
export class AlreadyPostedError extends AppError {
  readonly kind = "conflict";

  constructor(options: { cause: unknown }) {
    super("This transfer was already posted.", options);
  }
}

/** The available balance is lower than the amount. Nothing was changed. The details have both and a link to top up. */
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

/** The account is frozen or closed, so it can spend nothing new. The details say where to ask the operator, if that is set. */
export class AccountNotActiveError extends AppError {
  readonly kind = "forbidden";

  constructor(private readonly status: string) {
    super(
      status === "closed"
        ? "This account is closed."
        : "This account is frozen and cannot be charged. Contact the operator.",
    );
  }

  override get details() {
    const { SUPPORT_URL: supportUrl } = env();
    return { reason: `account_${this.status}`, ...(supportUrl && { support_url: supportUrl }) };
  }
}

/** Another principal opened this hold. Only an operator may close it as well. */
export class ForeignHoldError extends AppError {
  readonly kind = "forbidden";

  constructor() {
    super("This hold was opened by another caller. Use an operator key to close it.");
  }

  override get details() {
    return { reason: "foreign_hold" };
  }
}

/** The refund exceeds the charge's remaining amount. Nothing was changed. */
export class RefundTooLargeError extends AppError {
  readonly kind = "conflict";

  constructor(readonly refundable: Nanos) {
    super(`The refund exceeds the charge's remaining amount ($${formatUsd(refundable)}).`);
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

/** The balance would leave the range of the ledger: nine billion dollars in either direction. */
export class BalanceOutOfRangeError extends ConflictError {
  constructor(options?: { cause: unknown }) {
    super("The balance would exceed the range of the ledger ($9 billion in either direction).", options);
  }
}

/** Tells whether the database refused a balance outside its range. */
export function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && /ledger_account_balance_in_range|bigint out of range/.test(error.message);
}
