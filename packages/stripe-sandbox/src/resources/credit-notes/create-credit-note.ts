import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, type StripeError } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { changeCustomerBalance } from "../customers/customer-balance";
import { readPayments } from "../invoice-payments";
import { changeInvoice, type LoadedInvoice, loadInvoice } from "../invoices/invoice";
import { readLines } from "../invoices/invoice-lines";
import { loadLive, loadReferenced } from "../load-object";
import { formatAmount, mergeMetadata, mustBePositive, numberOr, refuseUnsupported, textOr } from "../params";
import { assertNotChargedBack, refundCharge } from "../refunds/create-refund";
import { unrefundedCents } from "../refunds/refund";
import {
  buildCreditNote,
  type CreditNote,
  type CreditNoteSecrets,
  creditNoteSaveOptions,
  newCreditNoteSecrets,
  readCreditNotes,
  sum,
} from "./credit-note";
import { readInput } from "./read-credit-note";

export function checkCreditNote({ params }: ApiRequest): void {
  refuseUnsupported(params, ["lines", "shipping_cost"]);
  if (typeof params.amount === "number" && params.amount < 1) throw mustBePositive("amount");
  for (const name of ["credit_amount", "refund_amount", "out_of_band_amount"]) {
    if (Number(params[name] ?? 0) < 0) throw mustBePositive(name);
  }
}

/** `POST /v1/credit_notes`. Locks the invoice, so that concurrent notes cannot exceed it. */
export async function createCreditNote(tx: Tx, { params }: ApiRequest): Promise<CreditNote> {
  const { loaded, note, secrets, refundCents, creditCents } = await prepareNote(tx, params);
  if (refundCents > 0) note.refunds.push(await refundInvoice(tx, loaded, refundCents));
  if (creditCents > 0) note.customer_balance_transaction = await creditCustomer(tx, note, creditCents);
  await insertObject(tx, note, creditNoteSaveOptions(note, secrets));
  await recordEvent(tx, "credit_note.created", note);
  await changeInvoice(tx, loaded, {
    ...loaded.invoice,
    post_payment_credit_notes_amount: loaded.invoice.post_payment_credit_notes_amount + note.amount,
  });
  return note;
}

/** `GET /v1/credit_notes/preview`: what the note would be; nothing is created. */
export async function previewCreditNote(tx: Tx, { params }: ApiRequest): Promise<CreditNote> {
  return (await prepareNote(tx, params)).note;
}

interface PreparedNote {
  loaded: LoadedInvoice;
  note: CreditNote;
  secrets: CreditNoteSecrets;
  /** To refund with this note, in cents; refunds that already exist are not in it. */
  refundCents: number;
  creditCents: number;
}

async function prepareNote(tx: Tx, params: Params): Promise<PreparedNote> {
  const loaded = await loadCreditable(tx, textOr(params.invoice, ""));
  const { invoice } = loaded;
  const issued = await readCreditNotes(tx, invoice.id);
  const issuedCents = sum(issued.map(({ amount }) => amount));
  const refundCents = numberOr(params.refund_amount, 0);
  const input = await readInput(tx, loaded, params, issued);
  const leftCents = invoice.total - issuedCents;
  if (input.amountCents > leftCents) throw exceedsInvoice(invoice, input.amountCents, leftCents);
  const allocated =
    sum(input.refunds.map(({ amountCents }) => amountCents)) +
    refundCents +
    input.creditCents +
    input.outOfBandCents;
  if (allocated !== input.amountCents) throw notAllocated(invoice.currency, allocated, input.amountCents);
  const secrets = newCreditNoteSecrets();
  const lines = await readLines(tx, invoice.id);
  const count = issued.length + 1;
  const note = buildCreditNote(tx, { invoice, lines }, input, { issuedCents, count, secrets });
  return { loaded, note, secrets, refundCents, creditCents: input.creditCents };
}

async function loadCreditable(tx: Tx, id: string): Promise<LoadedInvoice> {
  await loadReferenced(tx, "invoice", id, "invoice", "lock");
  const loaded = await loadInvoice(tx, id);
  const { status } = loaded.invoice;
  if (status === "paid") return loaded;
  if (status === "open") {
    throw invalidRequest("This sandbox does not support credit notes of unpaid invoices yet.", "invoice");
  }
  throw invalidRequest(
    `Credit notes can only be created for open or paid invoices. This invoice is ${status}.`,
    "invoice",
  );
}

function exceedsInvoice({ currency }: { currency: string }, cents: number, leftCents: number): StripeError {
  return invalidRequest(
    `The credit note amount (${formatAmount(cents, currency)}) is greater than what is left of the invoice (${formatAmount(leftCents, currency)}).`,
    "amount",
  );
}

function notAllocated(currency: string, allocated: number, cents: number): StripeError {
  return invalidRequest(
    `The sum of credit_amount, refund_amount, out_of_band_amount and refunds (${formatAmount(allocated, currency)}) must equal the credit note amount (${formatAmount(cents, currency)}).`,
    "amount",
  );
}

/** Refunds the invoice's payment; a refund made before is not counted, so the customer would be paid twice. */
async function refundInvoice(
  tx: Tx,
  { invoice }: LoadedInvoice,
  cents: number,
): Promise<CreditNote["refunds"][number]> {
  const paid = (await readPayments(tx, invoice.id)).find(
    ({ status, payment }) => status === "paid" && payment.payment_intent,
  );
  if (!paid) throw invalidRequest("This invoice has no payment that can be refunded.", "refund_amount");
  const id = String(paid.payment.payment_intent);
  const { data: intent } = await loadLive<Stripe.PaymentIntent>(tx, "payment_intent", id);
  const { data: charge } = await loadLive<Stripe.Charge>(tx, "charge", String(intent.latest_charge));
  await assertNotChargedBack(tx, charge);
  if (cents > unrefundedCents(charge)) {
    throw invalidRequest(
      "The refund amount is greater than the unrefunded amount of the payment.",
      "refund_amount",
    );
  }
  const refund = await refundCharge(tx, charge, { amountCents: cents, reason: null, metadata: {} });
  return { amount_refunded: cents, payment_record_refund: null, refund: refund.id, type: "refund" };
}

async function creditCustomer(tx: Tx, note: CreditNote, cents: number): Promise<string> {
  const { data: customer } = await loadLive<Stripe.Customer>(tx, "customer", String(note.customer));
  const transaction = await changeCustomerBalance(tx, customer, customer, {
    amountCents: -cents,
    type: "credit_note",
    invoice: String(note.invoice),
    creditNote: note.id,
  });
  return transaction.id;
}

/** `POST /v1/credit_notes/{id}`: changes the memo and the metadata. */
export async function updateCreditNote(tx: Tx, { params, ids }: ApiRequest): Promise<CreditNote> {
  const { data: before } = await loadLive<CreditNote>(tx, "credit_note", ids.id ?? "");
  const after: CreditNote = {
    ...before,
    memo: textOr(params.memo, before.memo),
    metadata: mergeMetadata(before.metadata, params.metadata),
  };
  if (JSON.stringify(after) === JSON.stringify(before)) return before;
  await updateObject(tx, after);
  await recordEvent(tx, "credit_note.updated", after);
  return after;
}

/** `POST /v1/credit_notes/{id}/void`: refused, because the sandbox's notes are all of paid invoices. */
export async function voidCreditNote(tx: Tx, { ids }: ApiRequest): Promise<never> {
  await loadLive<CreditNote>(tx, "credit_note", ids.id ?? "");
  throw invalidRequest("You can only void a credit note if its invoice is open. This invoice is paid.");
}
