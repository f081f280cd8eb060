import type { ApiRequest } from "../../api/operation";
import type { Params, ParamValue } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import { refuseNotBuilt } from "../catalog/refuse-not-built";
import { isCurrency } from "../checkout-sessions/currencies";
import { listOf, mapOf } from "../param-readers";

const NOT_BUILT = [
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

/** Rules between the parameters of a new invoice or of a change to one. */
export function checkInvoice({ params, ids, now }: ApiRequest): void {
  refuseNotBuilt(params, NOT_BUILT);
  if (ids.invoice === undefined && params.customer === undefined) throw missingParameter("customer");
  if (typeof params.currency === "string" && !isCurrency(params.currency)) {
    throw invalidRequest(`Invalid currency: ${params.currency}.`, "currency");
  }
  checkAdvance(params.auto_advance);
  checkDiscounts(params.discounts);
  checkTax(mapOf(params.automatic_tax));
  checkPaymentSettings(mapOf(params.payment_settings));
  checkDueDate(params, now, ids.invoice === undefined);
  checkCustomFields(params.custom_fields);
  if (mapOf(params.rendering)?.template !== undefined) {
    throw invalidRequest(
      "This sandbox does not support the parameter rendering[template] yet.",
      "rendering[template]",
    );
  }
}

/** Here nothing happens to an invoice by itself, so a wish for that cannot be granted. */
export function checkAdvance(value: ParamValue | undefined): void {
  if (value !== true) return;
  throw invalidRequest(
    "This sandbox does not advance invoices by itself yet: finalize and pay them yourself.",
    "auto_advance",
  );
}

function checkDiscounts(value: ParamValue | undefined): void {
  if ((listOf(value)?.length ?? 0) === 0) return;
  throw invalidRequest("This sandbox does not support the parameter discounts yet.", "discounts");
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
  const unbuilt = ["default_mandate", "payment_method_options"].find((name) => settings[name] !== undefined);
  const types = listOf(settings.payment_method_types)?.map(String) ?? ["card"];
  if (unbuilt) {
    const param = `payment_settings[${unbuilt}]`;
    throw invalidRequest(`This sandbox does not support the parameter ${param} yet.`, param);
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
    throw invalidRequest("You may only specify one of these parameters: due_date, days_until_due.", given[0]);
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
