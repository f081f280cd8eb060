import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { ROUTES } from "@/lib/http";
import { buildDocument } from "@/lib/http/openapi/document";
import type { OpenApiDocument } from "@/lib/http/openapi/types";

/** One HTTP request and its response. */
export interface Exchange {
  method: string;
  /** Includes the query. */
  path: string;
  requestBody: unknown;
  status: number;
  headers: Headers;
  /** Undefined if there was none. */
  body: unknown;
}

interface Described {
  parameters?: { $ref?: string }[];
  requestBody?: { content: Record<string, { schema: unknown }> };
  responses: Record<string, { $ref?: string }>;
}

const DOCUMENT_ID = "https://brim.test/openapi.json";

/** On globalThis, because each test file reloads this module but the document is the same for the whole run. */
const shared = globalThis as typeof globalThis & {
  testApiDocument?: { document: OpenApiDocument; ajv: Ajv2020 };
};

function theDocument() {
  if (!shared.testApiDocument) {
    const document = JSON.parse(JSON.stringify(buildDocument(ROUTES))) as OpenApiDocument;
    const ajv = new Ajv2020({ strict: false, allErrors: true, code: { optimize: false } });
    addFormats(ajv);
    ajv.addSchema({ ...document, $id: DOCUMENT_ID });
    shared.testApiDocument = { document, ajv };
  }
  return shared.testApiDocument;
}

/**
 * Checks a response against our OpenAPI document: its status is documented, its body matches the schema without unknown
 * fields, and documented headers are present. If the request succeeded, its body must match the schema too.
 *
 * @throws Error listing the differences
 */
export function expectDocumented(exchange: Exchange): void {
  const pathname = exchange.path.split("?")[0] ?? "";
  if (!pathname.startsWith("/api/v1/") && pathname !== "/api/webhooks/stripe") return;
  const { document } = theDocument();
  const found = findOperation(document, exchange.method, pathname);
  const problems = found ? compare(exchange, found) : compareUnknown(exchange);
  if (problems.length === 0) return;
  const request = `${exchange.method} ${exchange.path}`;
  throw new Error(
    `${request} returned ${exchange.status}, which does not match the OpenAPI document:\n${problems.slice(0, 5).join("\n")}`,
  );
}

function compare(
  exchange: Exchange,
  { pointer, operation }: { pointer: string; operation: Described },
): string[] {
  const { status, body } = exchange;
  const response = operation.responses[String(status)];
  if (!response) return [`The status ${status} is not documented.`];
  const at = response.$ref?.slice(1) ?? `${pointer}/responses/${status}`;
  const { headers = {}, content } = resolve(at) as {
    headers?: Record<string, { $ref?: string }>;
    content?: Record<string, unknown>;
  };
  return [
    ...missingHeaders(headers, exchange.headers),
    ...(content ? misfitsOfBody(at, content, exchange) : body === undefined ? [] : ["There is a body."]),
    ...(status < 300 && operation.requestBody && exchange.requestBody !== undefined
      ? misfits(`${pointer}/requestBody/content/application~1json/schema`, exchange.requestBody).map(
          (problem) => `It accepted: ${problem}`,
        )
      : []),
  ];
}

function misfitsOfBody(at: string, content: Record<string, unknown>, { headers, body }: Exchange): string[] {
  const type = headers.get("content-type")?.split(";")[0] ?? "";
  if (!(type in content)) return [`A body of the type ${type || "nothing"} is not documented.`];
  return misfits(`${at}/content/${escapeName(type)}/schema`, body);
}

/** Checks the response of an undocumented path or method, which must be our 404. */
function compareUnknown({ status, body }: Exchange): string[] {
  if (status !== 404) return ["This path is not documented."];
  return misfits("/components/schemas/Error", body);
}

function findOperation(document: OpenApiDocument, method: string, pathname: string) {
  const templates = Object.keys(document.paths).sort((a, b) => a.split("{").length - b.split("{").length);
  const template = templates.find(
    (one) =>
      new RegExp(`^${one.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`).test(pathname) &&
      document.paths[one]?.[method.toLowerCase()],
  );
  if (!template) return null;
  return {
    pointer: `/paths/${escapeName(template)}/${method.toLowerCase()}`,
    operation: document.paths[template]?.[method.toLowerCase()] as unknown as Described,
  };
}

function missingHeaders(promised: Record<string, { $ref?: string }>, headers: Headers): string[] {
  return Object.entries(promised).flatMap(([name, header]) => {
    const { required, schema } = resolve(header.$ref?.slice(1) ?? "", header) as {
      required?: boolean;
      schema: { type: string };
    };
    const value = headers.get(name);
    if (value === null) return required ? [`The header ${name} is missing.`] : [];
    return theDocument().ajv.validate(schema, schema.type === "integer" ? Number(value) : value)
      ? []
      : [`The header ${name} is ${value}.`];
  });
}

function misfits(pointer: string, value: unknown): string[] {
  const { ajv } = theDocument();
  const validate = ajv.getSchema(`${DOCUMENT_ID}#${pointer}`) as ValidateFunction | undefined;
  if (!validate) throw new Error(`There is no schema at ${pointer}.`);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${instancePath || "The body"} ${message} ${JSON.stringify(params)}`,
  );
}

function resolve(pointer: string, otherwise?: unknown): unknown {
  if (pointer === "") return otherwise;
  return pointer
    .split("/")
    .slice(1)
    .reduce<unknown>(
      (part, name) => (part as Record<string, unknown>)[unescapeName(name)],
      theDocument().document,
    );
}

function escapeName(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function unescapeName(name: string): string {
  return name.replaceAll("~1", "/").replaceAll("~0", "~");
}
