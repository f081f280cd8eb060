import type { OpenApiDocument, OperationPart, ParameterPart, ResponsePart, SchemaPart } from "@/lib/http";
import { commentOf, declarationOf, membersOf, typeOf } from "./write-types";

/** Calls that take no idempotency key and yet do nothing a second time: their descriptions promise it. */
const REPEATABLE = new Set([
  "captureHold",
  "createChargeBatch",
  "freezeCustomer",
  "releaseHold",
  "revokeApiKey",
  "setDefaultPaymentMethod",
  "unfreezeCustomer",
]);

/** For Stripe alone. */
const LEFT_OUT = new Set(["receiveStripeEvent"]);

/** All that the client's source says of one call. */
interface Call {
  id: string;
  method: string;
  path: string;
  operation: OperationPart;
  /** The fields of path, query and body in one object; null when there are none. */
  input: SchemaPart | null;
  hasBody: boolean;
  takesKey: boolean;
  answer: SchemaPart | null;
  isText: boolean;
  /** For a list: the field with its items, and their type. */
  items: { field: string; type: string } | null;
}

const HEAD = "// Written by `npm run generate:client` from the OpenAPI document. Changes here are lost.";

/**
 * Writes the codes of errors as a type. A file of its own, because the class of all errors names it, and the generated class
 * imports that one.
 *
 * @returns TypeScript
 */
export function writeErrorCode(document: OpenApiDocument): string {
  const code = document.components.schemas.Error?.properties?.error;
  if (!code?.enum) throw new Error("The document does not say which codes errors have.");
  return `${HEAD}\n\n${commentOf(code.description, "")}export type ErrorCode = ${typeOf(code, "")};\n`;
}

/**
 * Writes the client's types and its class, one method for each call, from the OpenAPI document.
 *
 * @returns TypeScript
 * @throws Error the document says something that this cannot write, so that nobody gets a wrong client
 */
export function writeClient(document: OpenApiDocument): string {
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => !LEFT_OUT.has(operation.operationId))
      .map(([method, operation]) => callOf(document, { path, method: method.toUpperCase(), operation })),
  );
  const unknown = [...REPEATABLE].filter((id) => !calls.some((call) => call.id === id));
  if (unknown.length > 0) throw new Error(`There is no call ${unknown.join(", ")}.`);
  return [
    HEAD,
    `import { Caller, type ListCall } from "../caller";\nimport type { CallOptions, KeyedCallOptions } from "../options";\n`,
    ...Object.entries(document.components.schemas).map(([name, schema]) => declarationOf(name, schema)),
    ...calls.filter(({ input }) => input).map(inputDeclaration),
    `/** Brim's API: one method for each call. */\nexport class Brim extends Caller {\n${calls.map(methodOf).join("\n\n")}\n}\n`,
  ].join("\n");
}

function callOf(
  document: OpenApiDocument,
  { path, method, operation }: { path: string; method: string; operation: OperationPart },
): Call {
  const parameters = (operation.parameters ?? []).map((one) => resolveParameter(document, one));
  const body = operation.requestBody?.content["application/json"]?.schema;
  const { answer, isText } = answerOf(operation);
  return {
    id: operation.operationId,
    method,
    path,
    operation,
    input: inputOf(document, operation, { parameters, body }),
    hasBody: body !== undefined,
    takesKey: parameters.some((one) => one.in === "header" && one.name === "Idempotency-Key"),
    answer,
    isText,
    items: answer && itemsOf(document, answer),
  };
}

function resolveParameter(document: OpenApiDocument, part: ParameterPart | { $ref: string }): ParameterPart {
  if (!("$ref" in part) || typeof part.$ref !== "string") return part as ParameterPart;
  const named = document.components.parameters[part.$ref.split("/").pop() ?? ""];
  if (!named) throw new Error(`The document has no ${part.$ref}.`);
  return named;
}

function resolveSchema(document: OpenApiDocument, schema: SchemaPart): SchemaPart {
  if (schema.$ref === undefined) return schema;
  const named = document.components.schemas[schema.$ref.split("/").pop() ?? ""];
  if (!named) throw new Error(`The document has no ${schema.$ref}.`);
  return named;
}

function inputOf(
  document: OpenApiDocument,
  { operationId }: OperationPart,
  { parameters, body }: { parameters: ParameterPart[]; body: SchemaPart | undefined },
): SchemaPart | null {
  const given = parameters.filter((one) => one.in !== "header");
  if (body && given.some((one) => one.in === "query")) {
    throw new Error(
      `${operationId} takes a query and a body: the client would not know which field goes where.`,
    );
  }
  const whole = body ? resolveSchema(document, body) : {};
  const places = given.map(({ name, schema, description }) => [name, { ...schema, description }] as const);
  const twice = given.find(({ name }) => name in (whole.properties ?? {}));
  if (twice) throw new Error(`${operationId} takes ${twice.name} in its path and in its body.`);
  const properties = { ...Object.fromEntries(places), ...whole.properties };
  if (Object.keys(properties).length === 0) return null;
  const required = given.filter((one) => one.required).map((one) => one.name);
  return { properties, required: [...required, ...(whole.required ?? [])] };
}

function answerOf({ responses }: OperationPart): { answer: SchemaPart | null; isText: boolean } {
  const success = responses["200"] as ResponsePart | undefined;
  const [content] = Object.entries(success?.content ?? {});
  if (!content) return { answer: null, isText: false };
  return { answer: content[1].schema, isText: content[0] !== "application/json" };
}

/** A list's answer has a cursor and, beside it, one field with the items. */
function itemsOf(document: OpenApiDocument, answer: SchemaPart): Call["items"] {
  const { properties = {} } = resolveSchema(document, answer);
  if (!("next_cursor" in properties)) return null;
  const [found] = Object.entries(properties).filter(([, property]) => property.type === "array");
  return found ? { field: found[0], type: typeOf(found[1].items ?? {}, "") } : null;
}

function inputName(id: string): string {
  return `${id[0]?.toUpperCase()}${id.slice(1)}Params`;
}

function inputDeclaration({ id, input, operation }: Call): string {
  return `/** ${operation.summary}: what it takes. */\nexport interface ${inputName(id)} ${membersOf(input ?? {}, "")}\n`;
}

function methodOf(call: Call): string {
  const { id, operation, input, takesKey, answer, items } = call;
  const words = commentOf([operation.summary, operation.description].join(".\n\n"), "  ");
  const facts = factsOf(call);
  const answerType = answer ? typeOf(answer, "  ") : "void";
  if (items) {
    // Its type is written down: what a compiler infers, it may write with a path that not every compiler can follow.
    const type = `ListCall<${input ? inputName(id) : "object"}, ${answerType}, ${items.type}>`;
    return `${words}  readonly ${id}: ${type} = this.list(${facts}, "${items.field}");`;
  }
  const isOptional = (input?.required ?? []).length === 0;
  const parameters = [
    input && `input${isOptional ? "?" : ""}: ${inputName(id)}`,
    `options?: ${takesKey ? "KeyedCallOptions" : "CallOptions"}`,
  ].filter(Boolean);
  return `${words}  ${id}(${parameters.join(", ")}): Promise<${answerType}> {\n    return this.call(${facts}, ${input ? "input" : "{}"}, options);\n  }`;
}

function factsOf({ id, method, path, hasBody, takesKey, isText }: Call): string {
  const facts = [
    `method: "${method}"`,
    `path: "${path}"`,
    hasBody && "hasBody: true",
    takesKey && "takesKey: true",
    REPEATABLE.has(id) && "isRepeatable: true",
    isText && "isText: true",
  ];
  return `{ ${facts.filter(Boolean).join(", ")} }`;
}
