import { bracketPath } from "../../api/bracket-path";
import type { ApiRequest } from "../../api/operation";
import type { Params, ParamValue } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import {
  checkCurrency,
  checkTaxCode,
  listOf,
  mapOf,
  mustBePositive,
  notSupported,
  onlyOneOf,
  refuseUnsupported,
  textsOf,
} from "../params";

const UNSUPPORTED = [
  "account_tax_ids",
  "application_fee_amount",
  "automatically_finalizes_at",
  "customer_account",
  "default_source",
  "default_tax_rates",
  "effective_at",
  "from_invoice",
  "issuer",
  "number",
  "on_behalf_of",
  "shipping_cost",
  "shipping_details",
  "subscription",
  "transfer_data",
];

/** Checks the parameters of a create or an update. */
export function checkInvoice({ params, ids, now }: ApiRequest): void {
  refuseUnsupported(params, UNSUPPORTED);
  if (ids.invoice === undefined && params.customer === undefined) throw missingParameter("customer");
  checkCurrency(params.currency, "currency");
  checkAdvance(params.auto_advance);
  checkDiscounts(params.discounts);
  checkTax(mapOf(params.automatic_tax));
  checkPaymentSettings(mapOf(params.payment_settings));
  checkDueDate(params, now, ids.invoice === undefined);
  checkCustomFields(params.custom_fields);
  if (mapOf(params.rendering)?.template !== undefined) {
    throw notSupported("rendering[template]");
  }
}

/** The sandbox does not finalize or pay invoices automatically. */
export function checkAdvance(value: ParamValue | undefined): void {
  if (value !== true) return;
  throw invalidRequest(
    "This sandbox does not advance invoices by itself yet: finalize and pay them yourself.",
    "auto_advance",
  );
}

function checkDiscounts(value: ParamValue | undefined): void {
  if ((listOf(value)?.length ?? 0) === 0) return;
  throw notSupported("discounts");
}

function checkTax(tax: Params | undefined): void {
  if (mapOf(tax?.liability)?.type !== "account") return;
  throw invalidRequest(
    "This sandbox does not support the parameter automatic_tax[liability][account] yet.",
    "automatic_tax[liability]",
  );
}

function checkPaymentSettings(settings: Params | undefined): void {
  if (!settings) return;
  const unsupported = ["default_mandate", "payment_method_options"].find(
    (name) => settings[name] !== undefined,
  );
  const types = textsOf(settings.payment_method_types) ?? ["card"];
  if (unsupported) {
    const param = `payment_settings[${unsupported}]`;
    throw notSupported(param);
  }
  if (types.includes("card")) return;
  throw invalidRequest(
    "This sandbox can only take cards for an invoice.",
    "payment_settings[payment_method_types]",
  );
}

function checkDueDate(params: Params, now: number, isNew: boolean): void {
  const given = ["due_date", "days_until_due"].filter((name) => params[name] !== undefined);
  if (given.length === 2) {
    throw onlyOneOf(["due_date", "days_until_due"], given[0]);
  }
  if (params.collection_method === "send_invoice" && isNew && given.length === 0) {
    throw invalidRequest(
      "If invoice collection method is 'send_invoice', you must specify 'due_date' or 'days_until_due'.",
      "days_until_due",
    );
  }
  if (params.collection_method !== "send_invoice" && isNew && given[0]) {
    throw invalidRequest(
      `\`${given[0]}\` can only be set if the collection method is 'send_invoice'.`,
      given[0],
    );
  }
  if (typeof params.due_date === "number" && params.due_date < now) {
    throw invalidRequest("`due_date` must be in the future.", "due_date");
  }
  if (typeof params.days_until_due === "number" && params.days_until_due < 0) {
    throw invalidRequest("This value must be greater than or equal to 0.", "days_until_due");
  }
}

function checkCustomFields(value: ParamValue | undefined): void {
  const fields = listOf(value) ?? [];
  if (fields.length > 4) throw invalidRequest("You may pass at most 4 custom fields.", "custom_fields");
  for (const [index, field] of fields.entries()) {
    const { name, value: text } = mapOf(field) ?? {};
    if (String(name).length > 40)
      throw invalidRequest(
        "A custom field's name may have at most 40 characters.",
        `custom_fields[${index}][name]`,
      );
    if (String(text).length > 140)
      throw invalidRequest(
        "A custom field's value may have at most 140 characters.",
        `custom_fields[${index}][value]`,
      );
  }
}

const MAX_LINES = 250;
const MAX_CENTS = 99_999_999;
const UNSUPPORTED_IN_LINE = ["discounts", "invoice_item", "quantity_decimal", "tax_amounts", "tax_rates"];

/** Amounts in cents. */
export function checkLines({ params }: ApiRequest): void {
  const lines = listOf(params.lines) ?? [];
  if (lines.length === 0) throw missingParameter("lines");
  if (lines.length > MAX_LINES) {
    throw invalidRequest(`You may add at most ${MAX_LINES} lines at once.`, "lines");
  }
  for (const [index, line] of lines.entries()) checkLine(mapOf(line) ?? {}, bracketPath("lines", index));
}

/** Checks one line; an invoice item takes the same parameters. */
export function checkLine(line: Params, path: string): void {
  const unsupported = UNSUPPORTED_IN_LINE.find(
    (name) => (listOf(line[name])?.length ?? line[name]) !== undefined,
  );
  if (unsupported && line[unsupported] !== null) throw notSupported(bracketPath(path, unsupported));
  const given = ["amount", "price_data", "pricing"].filter((name) => line[name] !== undefined);
  if (given.length > 1) {
    throw onlyOneOf(given, bracketPath(path, given[0] ?? ""));
  }
  if (given.length === 0) throw missingParameter(bracketPath(path, "amount"));
  if (typeof line.quantity === "number") checkQuantity(line, path);
  if (typeof line.amount === "number") checkCents(line.amount, bracketPath(path, "amount"));
  checkPeriod(mapOf(line.period), path);
  const data = mapOf(line.price_data);
  if (data) checkPriceData(data, bracketPath(path, "price_data"));
}

function checkQuantity(line: Params, path: string): void {
  const param = bracketPath(path, "quantity");
  if (line.amount !== undefined) {
    throw invalidRequest("You cannot specify `quantity` together with `amount`.", param);
  }
  if (Number(line.quantity) < 1) {
    throw mustBePositive(param);
  }
}

function checkPeriod(period: Params | undefined, path: string): void {
  if (!period || Number(period.end) >= Number(period.start)) return;
  throw invalidRequest(
    "The end of a period cannot be before its start.",
    bracketPath(bracketPath(path, "period"), "end"),
  );
}

function checkPriceData(data: Params, path: string): void {
  checkCurrency(data.currency, bracketPath(path, "currency"));
  if (data.unit_amount_decimal !== undefined) throw notSupported(bracketPath(path, "unit_amount_decimal"));
  if (typeof data.unit_amount !== "number") throw missingParameter(bracketPath(path, "unit_amount"));
  checkCents(data.unit_amount, bracketPath(path, "unit_amount"));
  if (data.product === undefined && data.product_data === undefined) {
    throw missingParameter(bracketPath(path, "product"));
  }
  checkTaxCode(mapOf(data.product_data)?.tax_code, `${path}[product_data][tax_code]`);
}

function checkCents(cents: number, param: string): void {
  if (cents < 0)
    throw invalidRequest("This sandbox does not support negative amounts on invoices yet.", param);
  if (cents <= MAX_CENTS) return;
  throw invalidRequest("Amount must be no more than $999,999.99", param, "amount_too_large");
}
