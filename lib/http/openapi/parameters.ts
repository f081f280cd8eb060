import type { z } from "zod";
import { exampleId } from "../fields/fields";
import { CUSTOMER_HEADER } from "../pipeline/authenticate";
import type { Route } from "../route";
import type { SchemaCollection } from "./schemas";
import { takesSession } from "./security";
import type { ParameterPart, Reference, SchemaPart } from "./types";

/** Parameters that more than one route takes. */
export const SHARED_PARAMETERS = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description:
      "Your name for this request, 1 to 255 visible ASCII characters. The same request with the same key happens once, and gets the same answer; another request with it is 409. With a key of the operator this holds for each customer by itself.",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]*$" },
    example: "job-8731-step-2",
  },
  Customer: {
    name: CUSTOMER_HEADER,
    in: "header",
    required: false,
    description: "The customer that a browser session acts for. Keys do not need it.",
    schema: { type: "string" },
    example: exampleId("customer"),
  },
} as const satisfies Record<string, ParameterPart>;

/** All that a route takes beside its body. */
export function parametersOf(route: Route, schemas: SchemaCollection): (ParameterPart | Reference)[] {
  return [
    ...parametersIn("path", route.params, schemas),
    ...parametersIn("query", route.query, schemas),
    ...(route.takesIdempotencyKey ? [shared("IdempotencyKey")] : []),
    ...(takesSession(route) ? [shared("Customer")] : []),
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
    // In an address everything is text; a caller should see what the text means.
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
