import type { Params, ParamValue } from "../api/request-schema";
import { invalidRequest, type StripeError } from "../api/stripe-error";
import type { Stripe } from "../stripe-types";

// Readers. The schema has checked the types; these narrow them for TypeScript.

export function textOr<T>(value: ParamValue | undefined, fallback: T): string | T {
  return typeof value === "string" ? value : fallback;
}

/** Returns an enum value. The schema has checked that it is allowed. */
export function enumOr<T>(value: ParamValue | undefined, fallback: T): T {
  return typeof value === "string" ? (value as T) : fallback;
}

export function numberOr<T>(value: ParamValue | undefined, fallback: T): number | T {
  return typeof value === "number" ? value : fallback;
}

export function booleanOr<T>(value: ParamValue | undefined, fallback: T): boolean | T {
  return typeof value === "boolean" ? value : fallback;
}

export function mapOf(value: ParamValue | undefined): Params | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

export function listOf(value: ParamValue | undefined): ParamValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function textsOf(value: ParamValue | undefined): string[] | undefined {
  return listOf(value)?.map(String);
}

export function isEnabled(value: ParamValue | undefined): boolean {
  return mapOf(value)?.enabled === true;
}

/** Returns a field after an update: a missing parameter keeps the current value, null or text replaces it. */
export function updatedText<T extends string>(value: ParamValue | undefined, current: T | null): T | null {
  return value === undefined ? current : enumOr<T | null>(value, null);
}

/** Merges metadata as Stripe does: given keys replace, an empty value removes its key, null removes all. */
export function mergeMetadata(
  current: Record<string, string> | null,
  change: ParamValue | undefined,
): Record<string, string> {
  if (change === null) return {};
  const given = mapOf(change);
  if (!given) return current ?? {};
  const merged = {
    ...current,
    ...Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value ?? "")])),
  };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ""));
}

export const EMPTY_ADDRESS: Stripe.Address = {
  city: null,
  country: null,
  line1: null,
  line2: null,
  postal_code: null,
  state: null,
};

/** Reads a whole address: an update replaces it and never merges its lines. */
export function readAddress(value: ParamValue | undefined): Stripe.Address | null {
  const map = mapOf(value);
  if (!map) return null;
  return {
    city: textOr(map.city, null),
    country: textOr(map.country, null),
    line1: textOr(map.line1, null),
    line2: textOr(map.line2, null),
    postal_code: textOr(map.postal_code, null),
    state: textOr(map.state, null),
  };
}

const regionNames = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/**
 * Tells whether tax can be calculated: it takes a country that exists, and in the US also a postal code or a state,
 * neither of them malformed.
 */
export function isUsableForTax(address: Stripe.Address | null | undefined): address is Stripe.Address {
  const { country, postal_code: postalCode, state } = address ?? {};
  if (!country || !/^[A-Z]{2}$/.test(country) || !regionNames.of(country)) return false;
  if (country !== "US") return true;
  if (postalCode && !/^\d{5}(-?\d{4})?$/.test(postalCode)) return false;
  return Boolean(postalCode || state);
}

export function readShipping(value: ParamValue | undefined): Stripe.PaymentIntent.Shipping | null {
  const shipping = mapOf(value);
  if (!shipping) return null;
  return {
    address: readAddress(shipping.address) ?? undefined,
    carrier: textOr(shipping.carrier, null),
    name: textOr(shipping.name, undefined),
    phone: textOr(shipping.phone, null),
    tracking_number: textOr(shipping.tracking_number, null),
  } as Stripe.PaymentIntent.Shipping;
}

/** Formats an amount for an error message: `$12.34`. */
export function formatAmount(cents: number, currency: string): string {
  return new Intl.NumberFormat("en-US", { style: "currency", currency }).format(cents / 100);
}

// Checks. An unsupported parameter is refused, because ignoring it would hide a difference from Stripe.

export function notSupported(param: string): StripeError {
  return invalidRequest(`This sandbox does not support the parameter ${param} yet.`, param);
}

export function onlyOneOf(names: readonly string[], param?: string): StripeError {
  return invalidRequest(`You may only specify one of these parameters: ${names.join(", ")}.`, param);
}

export function mustBePositive(param: string): StripeError {
  return invalidRequest("This value must be greater than or equal to 1.", param, "parameter_invalid_integer");
}

/** @throws StripeError 400 for a parameter that is not among the supported ones */
export function allowOnly(params: Params, supported: readonly string[]): void {
  const other = Object.keys(params).find((name) => !supported.includes(name) && params[name] !== null);
  if (other) throw notSupported(other);
}

/** @throws StripeError 400 for a parameter whose effect is not implemented */
export function refuseUnsupported(params: Params, unsupported: readonly string[]): void {
  const given = unsupported.find((name) => params[name] !== undefined && params[name] !== null);
  if (given) throw notSupported(given);
}

/** Currencies with cents that the sandbox's account settles in. */
const CURRENCIES = ["usd", "eur", "gbp"];

/** @throws StripeError 400 for a currency that the account does not settle in; a missing one passes */
export function checkCurrency(value: ParamValue | undefined, param: string): void {
  if (value === undefined || value === null || CURRENCIES.includes(String(value).toLowerCase())) return;
  throw invalidRequest(`Invalid currency: ${value}.`, param);
}

/** Checks the form only: the sandbox has no list of tax codes. */
export function checkTaxCode(value: ParamValue | undefined, param: string): void {
  if (typeof value !== "string" || /^txcd_\d{8}$/.test(value)) return;
  throw invalidRequest(`No such tax code: '${value}'`, param, "resource_missing");
}

/** @throws StripeError 400 for anything but an absolute http or https URL */
export function checkUrl(value: ParamValue | undefined, param: string): void {
  if (typeof value !== "string") return;
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return;
  throw invalidRequest("Not a valid URL", param, "url_invalid");
}

/** @see https://docs.stripe.com/get-started/account/statement-descriptors */
export function checkStatementDescriptor(
  params: Params,
  path: (name: string) => string = (name) => name,
): void {
  if (params.statement_descriptor !== undefined) {
    throw invalidRequest(
      "The `statement_descriptor` parameter is not supported for cards. Use `statement_descriptor_suffix` instead.",
      path("statement_descriptor"),
    );
  }
  const suffix = params.statement_descriptor_suffix;
  const param = path("statement_descriptor_suffix");
  if (typeof suffix !== "string" || suffix === "") return; // an empty one removes the suffix
  if (suffix.length > 22 || !/^[ -~\u00a0-\u024f]*$/.test(suffix) || /[<>\\'"*]/.test(suffix)) {
    throw invalidRequest(
      "The statement descriptor suffix must be at most 22 Latin characters and may not contain < > \\ ' \" *.",
      param,
    );
  }
  if (!/[A-Za-z]/.test(suffix)) {
    throw invalidRequest("The statement descriptor suffix must contain at least one letter.", param);
  }
}
