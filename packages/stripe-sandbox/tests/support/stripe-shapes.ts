import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import { expect } from "vitest";
import specJson from "../../src/stripe-openapi/spec.json";

type Json = Record<string, unknown>;
const spec = specJson as unknown as { components: { schemas: Record<string, Json> } };

/** On globalThis, because each test file loads this module again and compiling Stripe's schemas takes seconds. */
const shared = globalThis as typeof globalThis & {
  testStripeShapes?: { ajv: Ajv2020; validators: Map<string, ValidateFunction> };
};
shared.testStripeShapes ??= { ajv: createAjv(), validators: new Map() };
const { ajv, validators } = shared.testStripeShapes;

function createAjv(): Ajv2020 {
  // Each schema validates only a few objects: optimizing the generated code would take longer than it saves.
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false, code: { optimize: false } });
  return ajv.addSchema({ $id: "stripe", components: closed(spec.components) as Json });
}

/** The same schemas with additional properties disallowed: a field that Stripe does not have is an error too. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const schema = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
  const isStub = typeof schema.description === "string" && schema.description.startsWith("Stub:");
  const isDescribed = schema.type === "object" && typeof schema.properties === "object";
  // The event schema describes its object only by type; the object is checked with its own schema.
  const isOpenObject = isDescribed && Object.keys(schema.properties as Json).join() === "object";
  if (!isDescribed || isStub || isOpenObject || schema.additionalProperties !== undefined) return schema;
  return { ...schema, additionalProperties: false };
}

/** Types whose schema name differs from their `object` field. */
const schemaNames: Record<string, string> = {
  item: "line_item",
  line_item: "invoice_line_item",
  invoiceitem: "invoice_item",
  deleted_invoiceitem: "deleted_invoice_item",
};

/** Fails unless the value is a complete object of this type (`checkout.session`) without unknown fields. */
export function expectStripeShape(name: string, json: unknown): void {
  const schema = schemaNames[name] ?? name;
  const validate = validators.get(schema) ?? ajv.compile({ $ref: `stripe#/components/schemas/${schema}` });
  validators.set(schema, validate);
  if (validate(json)) return;
  const errors = (validate.errors ?? []).map(
    (error) => `${name}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
  );
  throw new Error(`not Stripe's shape:\n${errors.join("\n")}`);
}

/**
 * Fails unless the value is an event whose object has the shape of its type. `previous_attributes` contains only the
 * changed keys of nested maps, and null for new ones, so only its field names are checked.
 */
export function expectStripeEvent(json: unknown): void {
  const event = json as { type: string; data: { object: Json; previous_attributes?: Json } };
  const byType = spec.components.schemas.event?.["x-event-schemas"] as Record<string, string>;
  const reference = byType[event.type] ?? describedByItsObject(event);
  const { previous_attributes: previous, ...data } = event.data;
  expectStripeShape(reference.replace("#/components/schemas/", ""), { ...event, data });
  expect(Object.keys(event.data.object)).toEqual(expect.arrayContaining(Object.keys(previous ?? {})));
}

/** Some types have no event schema of their own: their event and object are checked separately. */
function describedByItsObject(event: { type: string; data: { object: Json } }): string {
  const { type } = (spec.components.schemas.event as { properties: Record<string, { enum?: string[] }> })
    .properties;
  if (!type?.enum?.includes(event.type)) throw new Error(`Stripe has no event of the type ${event.type}`);
  expectStripeShape(String(event.data.object.object), event.data.object);
  return "event";
}

/** Checks any API response by its `object` field: an object, a deleted object, a list or an error. */
export function expectStripeResponse(json: unknown): void {
  const answer = json as Json & { object?: string; data?: unknown[] };
  if (answer.error) expectStripeShape("error", answer);
  else if (answer.object === "list") {
    expect(Object.keys(answer).sort()).toEqual(["data", "has_more", "object", "url"]);
    for (const item of answer.data ?? []) expectStripeResponse(item);
  } else if (answer.object === "event") expectStripeEvent(answer);
  else
    expectStripeShape(answer.deleted === true ? `deleted_${answer.object}` : String(answer.object), answer);
}
