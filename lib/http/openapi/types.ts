/** Any part of the document. */
export type Json = { [name: string]: unknown };

/** A reference to another part of the document. */
export type Reference = { $ref: string };

/** The part of JSON Schema that our schemas use. */
export interface SchemaPart extends Json {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, SchemaPart>;
  required?: string[];
  items?: SchemaPart;
  anyOf?: SchemaPart[];
  oneOf?: SchemaPart[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
}

export interface ParameterPart extends Json {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: SchemaPart;
  example?: unknown;
}

/** The content of a body by media type. */
export type ContentPart = Record<string, { schema: SchemaPart; example?: unknown; examples?: Json }>;

export interface ResponsePart extends Json {
  description: string;
  headers?: Json;
  content?: ContentPart;
}

export interface CodeSample {
  lang: string;
  label: string;
  source: string;
}

export interface OperationPart {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters?: (ParameterPart | Reference)[];
  requestBody?: { required: boolean; content: ContentPart };
  responses: Record<string, ResponsePart | Reference>;
  "x-codeSamples": CodeSample[];
}

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; summary: string; description: string } & Json;
  servers: { url: string; description: string }[];
  tags: { name: string; description: string }[];
  /** By path and method, in lower case. */
  paths: Record<string, Record<string, OperationPart>>;
  components: {
    schemas: Record<string, SchemaPart>;
    parameters: Record<string, ParameterPart>;
    headers: Record<string, Json>;
    responses: Record<string, ResponsePart>;
    securitySchemes: Record<string, { description: string } & Json>;
  };
}
