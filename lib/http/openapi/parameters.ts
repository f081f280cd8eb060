import type { z } from "zod";
import { CUSTOMER_HEADER } from "../pipeline/authenticate";
import type { Route } from "../route";
import { exampleId } from "../schemas/response-fields";
import type { SchemaCollection } from "./schemas";
import { acceptsSession } from "./security";
import type { ParameterPart, Reference, SchemaPart } from "./types";

/** The parameters that several routes share. */
export const SHARED_PARAMETERS = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description:
      "Your unique key for this request: 1 to 255 visible ASCII characters. Repeating the request with the same key has no further effect and returns the same response. A different request with the same key is 409. With an operator key, keys are separate for each customer.",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]*$" },
    example: "job-8731-step-2",
  },
  Customer: {
    name: CUSTOMER_HEADER,
    in: "header",
    required: false,
    description: "The customer that a browser session acts on. Not needed with an API key.",
    schema: { type: "string" },
    example: exampleId("customer"),
  },
} as const satisfies Record<string, ParameterPart>;

/** Returns the parameters of a route. */
export function parametersOf(route: Route, schemas: SchemaCollection): (ParameterPart | Reference)[] {
  return [
    ...parametersIn("path", route.params, schemas),
    ...parametersIn("query", route.query, schemas),
    ...(route.takesIdempotencyKey ? [shared("IdempotencyKey")] : []),
    ...(acceptsSession(route) ? [shared("Customer")] : []),
  ];
}

function shared(name: keyof typeof SHARED_PARAMETERS): Reference {
  return { $ref: `#/components/parameters/${name}` };
}

function parametersIn(
  place: "path" | "query",
  fields: z.ZodType | undefined,
  schemas: SchemaCollection,
): ParameterPart[] {
  if (!fields) return [];
  const { properties = {}, required = [] } = schemas.write(fields, "input");
  return Object.entries(properties).map(([name, field]) => {
    const { description, asParameter, ...text } = field;
    // Every value in a URL is a string; `asParameter` describes its actual type.
    const { examples, ...schema } = (asParameter ?? text) as SchemaPart;
    return {
      name,
      in: place,
      required: place === "path" || required.includes(name),
      description,
      schema,
      ...(schema.type === "array" && { style: "form", explode: false }),
      ...(examples && { example: examples[0] }),
    };
  });
}
