import type { Params } from "../../api/request-schema";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { mergeMetadata } from "../merge-metadata";
import { isEnabled, listOf, mapOf, numberOr, textOr, updatedText } from "../param-readers";
import type { Invoice } from "./invoice";

const DAY_SECONDS = 86_400;

/** The invoice with the parameters of a create or an update applied. Both take the same ones. */
export function applyInvoiceParams(tx: Tx, invoice: Invoice, params: Params): Invoice {
  return {
    ...invoice,
    auto_advance: typeof params.auto_advance === "boolean" ? params.auto_advance : invoice.auto_advance,
    automatic_tax: automaticTax(invoice.automatic_tax, params),
    collection_method: textOr(
      params.collection_method,
      invoice.collection_method,
    ) as Invoice["collection_method"],
    custom_fields: params.custom_fields === undefined ? invoice.custom_fields : customFields(params),
    default_payment_method: updatedText(
      params.default_payment_method,
      invoice.default_payment_method as string | null,
    ),
    description: updatedText(params.description, invoice.description),
    due_date: dueDate(tx, invoice, params),
    footer: updatedText(params.footer, invoice.footer),
    metadata: mergeMetadata(invoice.metadata, params.metadata),
    payment_settings: paymentSettings(invoice.payment_settings, params),
    rendering: params.rendering === undefined ? invoice.rendering : rendering(params),
    statement_descriptor: updatedText(params.statement_descriptor, invoice.statement_descriptor),
  };
}

function automaticTax(current: Invoice["automatic_tax"], params: Params): Invoice["automatic_tax"] {
  if (params.automatic_tax === undefined) return current;
  const enabled = isEnabled(params.automatic_tax);
  return {
    disabled_reason: null,
    enabled,
    liability: enabled ? { type: "self" } : null,
    provider: enabled ? "stripe" : null,
    status: null,
  };
}

function customFields(params: Params): Stripe.Invoice.CustomField[] | null {
  const fields = listOf(params.custom_fields) ?? [];
  if (fields.length === 0) return null;
  return fields.map((field) => {
    const { name, value } = mapOf(field) ?? {};
    return { name: textOr(name, ""), value: textOr(value, "") };
  });
}

function dueDate(tx: Tx, invoice: Invoice, params: Params): number | null {
  if (typeof params.days_until_due === "number") return tx.now + params.days_until_due * DAY_SECONDS;
  return numberOr(params.due_date, invoice.due_date);
}

function paymentSettings(current: Invoice["payment_settings"], params: Params): Invoice["payment_settings"] {
  const change = mapOf(params.payment_settings);
  if (change?.payment_method_types === undefined) return current;
  const types = listOf(change.payment_method_types)?.map(String) ?? null;
  return { ...current, payment_method_types: types as Invoice["payment_settings"]["payment_method_types"] };
}

function rendering(params: Params): Stripe.Invoice.Rendering | null {
  const change = mapOf(params.rendering);
  if (!change) return null;
  return {
    amount_tax_display: textOr(change.amount_tax_display, null),
    pdf: { page_size: textOr(mapOf(change.pdf)?.page_size, "auto") as Stripe.Invoice.Rendering.Pdf.PageSize },
    template: null,
    template_version: null,
  };
}
