import type { OpenApiDocument, SchemaPart } from "@/lib/http";

/** The named schemas that a schema may refer to. */
export type NamedSchemas = OpenApiDocument["components"]["schemas"];

/** The schema itself where another one is only referred to. */
export function resolveSchema(schema: SchemaPart, named: NamedSchemas): SchemaPart {
  const name = nameOfReference(schema);
  return name === null ? schema : (named[name] ?? {});
}

/** `Charge` of `#/components/schemas/Charge`. */
export function nameOfReference({ $ref }: SchemaPart): string | null {
  return $ref?.split("/").at(-1) ?? null;
}

/** What kind of value it is, in a few words: `string`, `list of Record`, `integer or null`. */
export function describeType(schema: SchemaPart): string {
  const name = nameOfReference(schema);
  if (name !== null) return name;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(describeType))].join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.type === "array") return `list of ${schema.items ? describeType(schema.items) : "anything"}`;
  const types = [schema.type ?? "anything"].flat();
  return types
    .map((type) => (type === "string" && schema.format === "date-time" ? "instant" : type))
    .join(" or ");
}

/** Limits that a caller must keep, in words; what only a pattern says is left to the description. */
export function describeLimits(schema: SchemaPart): string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, default: usual } = schema;
  return [
    range(minimum, maximum, ""),
    range(minLength, maxLength, " characters"),
    range(minItems, maxItems, " items"),
    usual === undefined ? null : `${JSON.stringify(usual)} when left out`,
  ].filter((words) => words !== null);
}

function range(from: unknown, to: unknown, unit: string): string | null {
  if (typeof to === "number")
    return typeof from === "number" ? `${from} to ${to}${unit}` : `at most ${to}${unit}`;
  return typeof from === "number" ? `at least ${from}${unit}` : null;
}

/** Every value that is allowed, where there are few. */
export function allowedValues(schema: SchemaPart): string[] {
  return (schema.enum ?? schema.items?.enum ?? []).map(String);
}

/** The schemas with fields of their own that lie in this one: itself, the items of a list, or each choice. */
export function partsWithFields(
  schema: SchemaPart,
  named: NamedSchemas,
): { name: string; schema: SchemaPart }[] {
  const choices = schema.anyOf ?? schema.oneOf ?? [schema.items ?? schema];
  return choices.flatMap((choice) => {
    const resolved = resolveSchema(choice, named);
    if (resolved.properties) return [{ name: nameOfReference(choice) ?? "", schema: resolved }];
    return resolved.items || resolved.anyOf || resolved.oneOf ? partsWithFields(resolved, named) : [];
  });
}

/** The names of all fields in a schema, for a search. */
export function fieldNames(schema: SchemaPart, named: NamedSchemas): string[] {
  return partsWithFields(resolveSchema(schema, named), named).flatMap((part) =>
    Object.entries(part.schema.properties ?? {}).flatMap(([name, field]) => [
      name,
      ...fieldNames(field, named),
    ]),
  );
}
