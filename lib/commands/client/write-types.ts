import type { SchemaPart } from "@/lib/http";

/** Names that mean something else in TypeScript. */
const OTHER_NAMES: Record<string, string> = { Error: "ErrorBody", Record: "BillingRecord" };

const COMPONENT = "#/components/schemas/";

/** What a named schema is called in TypeScript. */
export function typeName(schemaName: string): string {
  return OTHER_NAMES[schemaName] ?? schemaName;
}

/** A named schema as an exported type. */
export function declarationOf(name: string, schema: SchemaPart): string {
  const words = commentOf(schema.description, "");
  if (schema.properties) return `${words}export interface ${typeName(name)} ${membersOf(schema, "")}\n`;
  return `${words}export type ${typeName(name)} = ${typeOf(schema, "")};\n`;
}

/**
 * A schema as a TypeScript type.
 *
 * @param indent of the line on which it begins
 */
export function typeOf(schema: SchemaPart, indent: string): string {
  if (schema.$ref !== undefined) return typeName(schema.$ref.replace(COMPONENT, ""));
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map((choice) => typeOf(choice, indent)))].join(" | ");
  return (
    [schema.type ?? []]
      .flat()
      .map((type) => plainType(type, schema, indent))
      .join(" | ") || "unknown"
  );
}

function plainType(type: string, schema: SchemaPart, indent: string): string {
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type;
    case "integer":
    case "number":
      return "number";
    case "array": {
      const item = typeOf(schema.items ?? {}, indent);
      return /^\w+$/.test(item) ? `${item}[]` : `(${item})[]`;
    }
    case "object":
      return schema.properties ? membersOf(schema, indent) : mapOf(schema, indent);
    default:
      throw new Error(`There is no TypeScript for the type ${type}.`);
  }
}

function mapOf({ additionalProperties }: SchemaPart, indent: string): string {
  const values =
    typeof additionalProperties === "object" ? typeOf(additionalProperties as SchemaPart, indent) : "unknown";
  return `{ [name: string]: ${values} }`;
}

/** The members of an object, in braces. */
export function membersOf({ properties = {}, required = [] }: SchemaPart, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const type = typeOf(property, inner);
    const member = required.includes(name) ? `${name}: ${type};` : `${name}?: ${type} | undefined;`;
    return `${commentOf(property.description, inner)}${inner}${member}`;
  });
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
}

/** A docstring on lines of its own; nothing without words. */
export function commentOf(words: string | undefined, indent: string): string {
  if (!words) return "";
  const lines = words.replaceAll("*/", "* /").split("\n");
  if (lines.length === 1) return `${indent}/** ${words} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}
