import specJson from "../stripe-openapi/spec.json";
import { NOTHING, type OperationSpec } from "./operation-spec";
import type { RequestSchema } from "./request-schema";
import { undocumented } from "./undocumented";

export type { OperationSpec } from "./operation-spec";

/** The part of a response schema that expansion needs. */
export interface ResponseSchema {
  $ref?: string;
  type?: string | string[];
  anyOf?: ResponseSchema[];
  properties?: Record<string, ResponseSchema>;
  items?: ResponseSchema;
}

interface RawOperation {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean; schema: RequestSchema }[];
  requestBody?: { content: { "application/x-www-form-urlencoded": { schema: RequestSchema } } };
}

interface SpecDocument {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, ResponseSchema> };
}

// Declared by hand: TypeScript would infer a huge type from the JSON.
const spec = specJson as unknown as SpecDocument;

const documented = Object.entries(spec.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, raw]) => readOperation(path, method, raw)),
);

const operations = new Map<string, OperationSpec>(
  [...documented, ...undocumented].map((operation) => [operation.id, operation]),
);

function readOperation(path: string, method: string, raw: RawOperation): OperationSpec {
  const query = (raw.parameters ?? []).filter((parameter) => parameter.in === "query");
  return {
    id: raw.operationId,
    method: method.toUpperCase() as OperationSpec["method"],
    path,
    body: raw.requestBody?.content["application/x-www-form-urlencoded"].schema ?? NOTHING,
    query: {
      type: "object",
      properties: Object.fromEntries(query.map((parameter) => [parameter.name, parameter.schema])),
      required: query.filter((parameter) => parameter.required).map((parameter) => parameter.name),
      additionalProperties: false,
    },
  };
}

export function operationSpec(id: string): OperationSpec {
  const operation = operations.get(id);
  if (!operation) throw new Error(`spec.json has no operation ${id}`);
  return operation;
}

/** Types whose schema name differs from their `object` field. */
const schemaNames: Record<string, string> = {
  item: "line_item",
  line_item: "invoice_line_item",
  invoiceitem: "invoice_item",
};

/** Returns the response schema of an object type such as `checkout.session`. */
export function responseSchema(objectType: string): ResponseSchema | undefined {
  return spec.components.schemas[schemaNames[objectType] ?? objectType];
}

/** Follows one `$ref`; a schema without one is returned unchanged. */
export function dereference(schema: ResponseSchema): ResponseSchema {
  if (!schema.$ref) return schema;
  return spec.components.schemas[schema.$ref.replace("#/components/schemas/", "")] ?? {};
}
