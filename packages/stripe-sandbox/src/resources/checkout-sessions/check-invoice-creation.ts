import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import { isEnabled, mapOf } from "../param-readers";

const NOT_BUILT = ["account_tax_ids", "custom_fields", "issuer", "rendering_options"];

/** Rules for the invoice that a payment is to leave behind. */
export function checkInvoiceCreation(params: Params): void {
  if (!isEnabled(params.invoice_creation)) return;
  const data = mapOf(mapOf(params.invoice_creation)?.invoice_data) ?? {};
  const unbuilt = NOT_BUILT.find((name) => data[name] !== undefined && data[name] !== null);
  if (unbuilt) {
    const param = `invoice_creation[invoice_data][${unbuilt}]`;
    throw invalidRequest(`This sandbox does not support the parameter ${param} yet.`, param);
  }
  if (params.customer !== undefined) return;
  throw invalidRequest(
    "This sandbox can make an invoice only for a session with a customer.",
    "invoice_creation[enabled]",
  );
}
