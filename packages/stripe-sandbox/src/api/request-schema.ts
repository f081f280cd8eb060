import { bracketPath } from "./bracket-path";
import type { FormValue } from "./form-body";
import { invalidRequest, missingParameter, type StripeError } from "./stripe-error";

/** The part of JSON Schema that the request schemas in spec.json use. */
export interface RequestSchema {
  type?: string | string[];
  enum?: (string | null)[];
  const?: string;
  properties?: Record<string, RequestSchema>;
  required?: string[];
  additionalProperties?: boolean | RequestSchema;
  items?: RequestSchema;
  anyOf?: RequestSchema[];
  maxLength?: number;
  format?: string;
}

export type ParamValue = string | number | boolean | null | ParamValue[] | { [key: string]: ParamValue };
export type Params = Record<string, ParamValue>;

interface Findings {
  unknown: string[];
  invalid: StripeError[];
  missing: string[];
}

/**
 * Converts a decoded form to the types of its operation, or rejects it as Stripe does: unknown names first, then wrong
 * values, then missing ones. An empty string means null where the field can be unset.
 *
 * @param canUnset top-level text fields that may be unset although the schema calls them plain strings
 * @throws StripeError with `param` in bracket notation
 */
export function readParams(schema: RequestSchema, form: FormValue, canUnset: readonly string[] = []): Params {
  const findings: Findings = { unknown: [], invalid: [], missing: [] };
  const value = readObject(schema, form, "", findings, canUnset);
  if (findings.unknown.length > 0) throw unknownParameters(findings.unknown);
  if (findings.invalid[0]) throw findings.invalid[0];
  if (findings.missing[0]) throw missingParameter(findings.missing[0]);
  return value;
}

function unknownParameters(names: string[]): StripeError {
  const plural = names.length > 1 ? "s" : "";
  return invalidRequest(
    `Received unknown parameter${plural}: ${names.join(", ")}`,
    names[0],
    "parameter_unknown",
  );
}

function readValue(schema: RequestSchema, form: FormValue, path: string, findings: Findings): ParamValue {
  if (schema.anyOf) return readValue(chooseAlternative(schema.anyOf, form), form, path, findings);
  if (form === "" && isNullable(schema)) return null;
  const types = typesOf(schema);
  if (types.includes("object")) return readObject(schema, form, path, findings);
  if (types.includes("array")) return readArray(schema, form, path, findings);
  return readScalar(schema, types[0] ?? "string", form, path, findings);
}

function readObject(
  schema: RequestSchema,
  form: FormValue,
  path: string,
  findings: Findings,
  canUnset: readonly string[] = [],
): Params {
  const result: Params = {};
  if (typeof form === "string") {
    findings.invalid.push(invalidRequest("Invalid object", path));
    return result;
  }
  const extra = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  for (const [key, value] of Object.entries(form)) {
    const property =
      schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : extra;
    const name = bracketPath(path, key);
    if (!property) findings.unknown.push(name);
    else if (value === "" && (canUnset.includes(key) || property === extra))
      result[key] = property === extra ? "" : null;
    else result[key] = readValue(property, value, name, findings);
  }
  for (const key of schema.required ?? []) {
    if (!(key in form)) findings.missing.push(bracketPath(path, key));
  }
  return result;
}

function readArray(schema: RequestSchema, form: FormValue, path: string, findings: Findings): ParamValue[] {
  const items = asArray(form);
  if (!items) {
    findings.invalid.push(invalidRequest("Invalid array", path));
    return [];
  }
  return items.map((item, index) => readValue(schema.items ?? {}, item, bracketPath(path, index), findings));
}

function asArray(form: FormValue): FormValue[] | undefined {
  if (Array.isArray(form)) return form.filter((item) => item !== undefined);
  if (typeof form === "string") return undefined;
  const keys = Object.keys(form);
  return keys.every((key) => /^\d+$/.test(key)) ? Object.values(form) : undefined;
}

function readScalar(
  schema: RequestSchema,
  type: string,
  form: FormValue,
  path: string,
  findings: Findings,
): ParamValue {
  const refuse = (message: string, code?: string) => {
    findings.invalid.push(invalidRequest(message, path, code));
    return null;
  };
  if (typeof form !== "string")
    return refuse(`Invalid ${type === "number" ? "decimal" : type}: ${JSON.stringify(form)}`);
  if (type === "integer")
    return readInteger(form) ?? refuse(`Invalid integer: ${form}`, "parameter_invalid_integer");
  if (type === "boolean") {
    return form === "true" || form === "false" ? form === "true" : refuse(`Invalid boolean: ${form}`);
  }
  if (type === "number") {
    return isDecimal(form) ? Number(form) : refuse(`Invalid decimal: ${form}`);
  }
  if (form === "" && !allowed(schema).includes(""))
    return refuse(emptyMessage(path), "parameter_invalid_empty");
  if (schema.format === "decimal" && !isDecimal(form)) return refuse(`Invalid decimal: ${form}`);
  const choices = allowed(schema);
  if (choices.length > 0 && !choices.includes(form)) {
    return refuse(`Invalid ${path}: must be ${choices.length > 1 ? "one of " : ""}${listOf(choices)}`);
  }
  return form;
}

const isDecimal = (text: string) => /^-?\d+(\.\d+)?$/.test(text);

function readInteger(text: string): number | undefined {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

function emptyMessage(path: string): string {
  return `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; however '${path}' cannot be unset. You should remove '${path}' from your request or supply a non-empty value.`;
}

function listOf(choices: string[]): string {
  const shown = choices.filter((choice) => choice !== "");
  if (shown.length < 2) return shown.join("");
  if (shown.length === 2) return shown.join(" or ");
  return `${shown.slice(0, -1).join(", ")}, or ${shown.at(-1)}`;
}

/** Picks the alternative that fits the shape of the form: text for scalars, keys for objects, a list for arrays. */
function chooseAlternative(alternatives: RequestSchema[], form: FormValue): RequestSchema {
  const real = alternatives.filter((option) => !isOnlyEmpty(option) && !typesOf(option).includes("null"));
  if (form === "" && real.length < alternatives.length) return { type: ["string", "null"] };
  const exact = typeof form === "string" ? real.find((option) => takesText(option, form)) : undefined;
  if (exact) return exact;
  const fits = real.find((option) => {
    const types = typesOf(option);
    if (typeof form === "string") return !types.includes("object") && !types.includes("array");
    if (Array.isArray(form)) return types.includes("array");
    return types.includes("object") || (types.includes("array") && asArray(form) !== undefined);
  });
  // A map whose keys are all numbers was decoded as an array.
  const map = real.find((option) => typesOf(option).includes("object"));
  return fits ?? (typeof form === "string" ? undefined : map) ?? real.at(-1) ?? {};
}

/** Among several alternatives for a text, picks one that accepts it: `true` is a boolean, not an unknown enum value. */
function takesText(schema: RequestSchema, text: string): boolean {
  if (typesOf(schema).includes("boolean")) return text === "true" || text === "false";
  return text !== "" && allowed(schema).includes(text);
}

function isOnlyEmpty(schema: RequestSchema): boolean {
  return schema.enum?.length === 1 && schema.enum[0] === "";
}

function isNullable(schema: RequestSchema): boolean {
  return typesOf(schema).includes("null");
}

function typesOf(schema: RequestSchema): string[] {
  if (Array.isArray(schema.type))
    return schema.type.includes("null") ? [...schema.type].sort(nullLast) : schema.type;
  return schema.type ? [schema.type] : [];
}

const nullLast = (a: string, b: string) => Number(a === "null") - Number(b === "null");

function allowed(schema: RequestSchema): string[] {
  if (schema.const !== undefined) return [schema.const];
  return (schema.enum ?? []).filter((choice) => choice !== null);
}
