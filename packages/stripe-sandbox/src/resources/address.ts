import type { ParamValue } from "../api/request-schema";
import { mapOf, textOr } from "./param-readers";

export interface Address {
  city: string | null;
  country: string | null;
  line1: string | null;
  line2: string | null;
  postal_code: string | null;
  state: string | null;
}

export const EMPTY_ADDRESS: Address = {
  city: null,
  country: null,
  line1: null,
  line2: null,
  postal_code: null,
  state: null,
};

/** An address parameter as a whole: Stripe replaces it, it does not merge the lines. */
export function readAddress(value: ParamValue | undefined): Address | null {
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

/** Enough to calculate tax from: a country, and in the US also the postal code or state. */
export function isUsableForTax(address: Address | null | undefined): address is Address {
  if (!address?.country) return false;
  return address.country !== "US" || Boolean(address.postal_code ?? address.state);
}
