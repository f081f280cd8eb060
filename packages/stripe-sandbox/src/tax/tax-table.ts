/** Basis points by country or `country-state`. Everything else is untaxed. */
const rates: Record<string, number> = {
  DE: 1900,
  FR: 2000,
  GB: 2000,
  "US-CA": 725,
  "US-OR": 0,
};

const EU = new Set(
  "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" "),
);

export interface BusinessTaxId {
  type: "eu_vat" | "gb_vat" | "us_ein";
  value: string;
}

/** Returns the type of a business tax ID in this country; undefined if the sandbox knows none. */
export function taxIdType(country: string): BusinessTaxId["type"] | undefined {
  if (EU.has(country)) return "eu_vat";
  if (country === "GB") return "gb_vat";
  return country === "US" ? "us_ein" : undefined;
}

const formats: Record<BusinessTaxId["type"], RegExp> = {
  eu_vat: /^[A-Z]{2}[0-9A-Z+*]{2,12}$/,
  gb_vat: /^GB(\d{9}|\d{12})$/,
  us_ein: /^\d{2}-?\d{7}$/,
};

/** Normalizes a tax ID; undefined if it is not valid for this country. */
export function readTaxId(country: string, text: string): BusinessTaxId | undefined {
  const type = taxIdType(country);
  const value = text.replace(/[\s.]/g, "").toUpperCase();
  if (!type || !formats[type].test(value)) return undefined;
  // Greece is GR in addresses and EL in VAT numbers.
  const prefix = country === "GR" ? "EL" : country;
  if (type === "eu_vat" && !value.startsWith(prefix)) return undefined;
  return { type, value };
}

export interface TaxRule {
  basisPoints: number;
  reason: "standard_rated" | "reverse_charge" | "not_collecting";
}

/** Returns the tax rule of an address. An EU business with a VAT ID accounts for the tax itself (reverse charge). */
export function taxRule(
  address: { country: string | null; state: string | null },
  taxId: BusinessTaxId | undefined,
): TaxRule {
  const country = address.country ?? "";
  const state = (address.state ?? "").toUpperCase();
  const basisPoints = rates[`${country}-${state}`] ?? rates[country];
  if (basisPoints === undefined) return { basisPoints: 0, reason: "not_collecting" };
  if (EU.has(country) && taxId?.type === "eu_vat") return { basisPoints: 0, reason: "reverse_charge" };
  return { basisPoints, reason: "standard_rated" };
}

/** Returns the tax on top of a net amount in cents, rounded half up. */
export function taxOnTop(amountCents: number, basisPoints: number): number {
  return Math.floor((amountCents * basisPoints * 2 + 10_000) / 20_000);
}

/** Returns the tax contained in a gross amount in cents, rounded half up. */
export function taxWithin(amountCents: number, basisPoints: number): number {
  const whole = 10_000 + basisPoints;
  return Math.floor((amountCents * basisPoints * 2 + whole) / (2 * whole));
}
