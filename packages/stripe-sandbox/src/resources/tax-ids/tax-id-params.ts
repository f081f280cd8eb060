import { bracketPath } from "../../api/bracket-path";
import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import { type BusinessTaxId, readTaxId } from "../../tax/tax-table";
import { listOf, mapOf, textOr } from "../param-readers";

/** Which country a type of tax id belongs to; in the EU the id itself says it. */
const COUNTRIES: Partial<Record<string, string>> = { gb_vat: "GB", us_ein: "US" };

export interface TaxIdParams {
  country: string;
  taxId: BusinessTaxId;
}

/**
 * A tax id from its `type` and `value`.
 *
 * @param path in front of the parameters' names, where they are not at the top
 * @throws StripeError `tax_id_invalid` for a value that cannot be of the type
 */
export function readTaxIdParams(params: Params, path = ""): TaxIdParams {
  const type = textOr(params.type, "");
  const value = textOr(params.value, "");
  const country = type === "eu_vat" ? value.slice(0, 2).toUpperCase().replace("EL", "GR") : COUNTRIES[type];
  if (country === undefined) {
    throw invalidRequest(
      `This sandbox does not support tax IDs of the type ${type} yet.`,
      bracketPath(path, "type"),
    );
  }
  const taxId = readTaxId(country, value);
  if (taxId?.type === type) return { country, taxId };
  throw invalidRequest(`Invalid value for ${type}.`, bracketPath(path, "value"), "tax_id_invalid");
}

/** The tax ids that a new customer brings along. */
export function readTaxIdData(params: Params): TaxIdParams[] {
  const list = listOf(params.tax_id_data) ?? [];
  return list.map((entry, index) => readTaxIdParams(mapOf(entry) ?? {}, bracketPath("tax_id_data", index)));
}
