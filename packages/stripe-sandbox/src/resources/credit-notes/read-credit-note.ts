import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { readPayments } from "../invoice-payments";
import type { LoadedInvoice } from "../invoices/invoice";
import { loadReferenced } from "../load-object";
import {
  enumOr,
  formatAmount,
  listOf,
  mapOf,
  mergeMetadata,
  numberOr,
  refuseUnsupported,
  textOr,
} from "../params";
import { type CreditNote, type CreditNoteInput, sum } from "./credit-note";

/** Reads what a note credits and how it is paid back. */
export async function readInput(
  tx: Tx,
  loaded: LoadedInvoice,
  params: Params,
  issued: CreditNote[],
): Promise<CreditNoteInput> {
  const refunds = await readRefunds(tx, loaded, params, issued);
  const creditCents = numberOr(params.credit_amount, 0);
  const outOfBandCents = numberOr(params.out_of_band_amount, 0);
  const given = sum(refunds.map(({ amountCents }) => amountCents)) + numberOr(params.refund_amount, 0);
  const amountCents = numberOr(params.amount, given + creditCents + outOfBandCents);
  if (amountCents < 1) {
    throw invalidRequest(
      "You must specify one of `amount`, `lines`, or `shipping_cost` to create a credit note.",
      "amount",
    );
  }
  return {
    amountCents,
    refunds,
    creditCents,
    outOfBandCents,
    effectiveAt: numberOr(params.effective_at, null),
    memo: textOr(params.memo, null),
    metadata: mergeMetadata({}, params.metadata),
    reason: enumOr<CreditNote["reason"]>(params.reason, null),
  };
}

/** Reads the refunds to link. Each has to be of this invoice, and its amount can be credited once only. */
async function readRefunds(
  tx: Tx,
  { invoice }: LoadedInvoice,
  params: Params,
  issued: CreditNote[],
): Promise<CreditNoteInput["refunds"]> {
  const intents = (await readPayments(tx, invoice.id)).map(({ payment }) => payment.payment_intent);
  const refunds: CreditNoteInput["refunds"] = [];
  for (const [index, entry] of (listOf(params.refunds) ?? []).entries()) {
    const { refund: id, amount_refunded: amount, payment_record_refund: record } = mapOf(entry) ?? {};
    const param = `refunds[${index}][refund]`;
    if (record !== undefined) refuseUnsupported({ payment_record_refund: record }, ["payment_record_refund"]);
    const { data } = await loadReferenced<Stripe.Refund>(tx, "refund", textOr(id, ""), param, "lock");
    if (!intents.includes(data.payment_intent as string)) {
      throw invalidRequest(`The refund ${data.id} does not belong to a payment of this invoice.`, param);
    }
    if (data.status === "failed" || data.status === "canceled") {
      throw invalidRequest(`The refund ${data.id} is ${data.status}, so it cannot be credited.`, param);
    }
    const leftCents = data.amount - creditedCents(data.id, issued, refunds);
    const amountCents = numberOr(amount, leftCents);
    if (amountCents < 1 || amountCents > leftCents) {
      throw invalidRequest(
        `The refund ${data.id} has ${formatAmount(leftCents, data.currency)} left to credit, but ${formatAmount(amountCents, data.currency)} was requested.`,
        `refunds[${index}][amount_refunded]`,
      );
    }
    refunds.push({ refund: data.id, amountCents });
  }
  return refunds;
}

/** Returns how much of a refund other notes, and earlier entries of this one, credit. */
function creditedCents(refundId: string, issued: CreditNote[], refunds: CreditNoteInput["refunds"]): number {
  const linked = issued.flatMap((note) => note.refunds).filter(({ refund }) => refund === refundId);
  const here = refunds.filter(({ refund }) => refund === refundId);
  return sum([
    ...linked.map(({ amount_refunded: cents }) => cents),
    ...here.map(({ amountCents }) => amountCents),
  ]);
}
