import qs from "qs";

export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type Form = { [key: string]: FormValue };

/**
 * Decodes a form-encoded body or query string with Stripe's bracket notation. Every leaf is still a string; the
 * operation's schema gives it a type.
 */
export function parseForm(text: string): Form {
  return qs.parse(text, {
    depth: 20,
    arrayLimit: 1000,
    parameterLimit: 10_000,
    plainObjects: true,
    // `metadata[5]=x` is a map with the key "5": the index must survive until the schema decides.
    allowSparse: true,
  }) as Form;
}
