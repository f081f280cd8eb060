/** A part of the document: plain JSON. */
export type Json = { [name: string]: unknown };

/** Another part of the document, by its place. */
export type Reference = { $ref: string };

/** A JSON Schema, as far as our own schemas use it. */
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

/** Something that a call takes beside its body. */
export interface ParameterPart extends Json {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: SchemaPart;
  example?: unknown;
}

/** What a body can be, by its media type. */
export type ContentPart = Record<string, { schema: SchemaPart; example?: unknown; examples?: Json }>;

/** One status of an answer. */
export interface ResponsePart extends Json {
  description: string;
  headers?: Json;
  content?: ContentPart;
}

/** The same call in one language. */
export interface CodeSample {
  lang: string;
  label: string;
  source: string;
}

/** One call. */
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

/** A document of OpenAPI 3.1. */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; summary: string; description: string } & Json;
  servers: { url: string; description: string }[];
  tags: { name: string; description: string }[];
  /** By path, then by method in lower case. */
  paths: Record<string, Record<string, OperationPart>>;
  components: {
    schemas: Record<string, SchemaPart>;
    parameters: Record<string, ParameterPart>;
    headers: Record<string, Json>;
    responses: Record<string, ResponsePart>;
    securitySchemes: Record<string, { description: string } & Json>;
  };
}
