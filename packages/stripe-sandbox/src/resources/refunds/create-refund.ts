import type { ApiRequest } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { mergeMetadata } from "../merge-metadata";
import { numberOr, textOr } from "../param-readers";
import { refundCharge } from "./refund-charge";
import { lockRefundableCharge } from "./refundable-charge";
import { unrefundedCents } from "./with-refunded";

/** `POST /v1/refunds`. The charge stays locked, so refunds at the same time cannot give back more than was paid. */
export async function createRefund(tx: Tx, { params }: ApiRequest): Promise<Stripe.Refund> {
  const charge = await lockRefundableCharge(tx, params);
  const restCents = unrefundedCents(charge);
  const amountCents = numberOr(params.amount, restCents);
  if (amountCents > restCents) throw tooMuch(charge, amountCents, restCents);
  return refundCharge(tx, charge, {
    amountCents,
    reason: textOr(params.reason, null),
    metadata: mergeMetadata({}, params.metadata),
  });
}

function tooMuch(charge: Stripe.Charge, amountCents: number, restCents: number) {
  const asked = formatAmount(amountCents, charge.currency);
  const limit = charge.amount_refunded === 0 ? "charge amount" : "unrefunded amount on charge";
  return invalidRequest(
    `Refund amount (${asked}) is greater than ${limit} (${formatAmount(restCents, charge.currency)})`,
    "amount",
  );
}

function formatAmount(cents: number, currency: string): string {
  return new Intl.NumberFormat("en-US", { style: "currency", currency }).format(cents / 100);
}
