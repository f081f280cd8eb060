import { bracketPath } from "../../api/bracket-path";
import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import { isCurrency } from "../checkout-sessions/currencies";
import { listOf, mapOf } from "../param-readers";
import { checkTaxCode } from "../tax-code";

const MAX_LINES = 250;
const MAX_CENTS = 99_999_999;
const NOT_BUILT = ["discounts", "invoice_item", "quantity_decimal", "tax_amounts", "tax_rates"];

/** Rules for the lines of one `add_lines`; amounts in cents. */
export function checkLines({ params }: ApiRequest): void {
  const lines = listOf(params.lines) ?? [];
  if (lines.length === 0) throw missingParameter("lines");
  if (lines.length > MAX_LINES) {
    throw invalidRequest(`You may add at most ${MAX_LINES} lines at once.`, "lines");
  }
  for (const [index, line] of lines.entries()) checkLine(mapOf(line) ?? {}, bracketPath("lines", index));
}

/** Rules for one line; an invoice item takes the same parameters. */
export function checkLine(line: Params, path: string): void {
  const unbuilt = NOT_BUILT.find((name) => (listOf(line[name])?.length ?? line[name]) !== undefined);
  if (unbuilt && line[unbuilt] !== null) throw notBuilt(bracketPath(path, unbuilt));
  const given = ["amount", "price_data", "pricing"].filter((name) => line[name] !== undefined);
  if (given.length > 1) {
    throw invalidRequest(
      `You may only specify one of these parameters: ${given.join(", ")}.`,
      bracketPath(path, given[0] ?? ""),
    );
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
    throw invalidRequest(
      "This value must be greater than or equal to 1.",
      param,
      "parameter_invalid_integer",
    );
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
  if (!isCurrency(String(data.currency))) {
    throw invalidRequest(`Invalid currency: ${data.currency}.`, bracketPath(path, "currency"));
  }
  if (data.unit_amount_decimal !== undefined) throw notBuilt(bracketPath(path, "unit_amount_decimal"));
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

function notBuilt(param: string) {
  return invalidRequest(`This sandbox does not support the parameter ${param} yet.`, param);
}
