import { env } from "@/lib/platform/env";
import type { Route } from "../route";
import { exampleOf } from "./example";
import { parametersOf } from "./parameters";
import type { SchemaCollection } from "./schemas";
import type { CodeSample, Json } from "./types";

/** A call, with everything that the samples need. */
interface Call {
  route: Route;
  url: string;
  /** The path and query parameters of the sample. */
  parameters: Json;
  body: Json | undefined;
  /** Sent as a header if the body has no field for it. */
  idempotencyKey: string | undefined;
  needsKey: boolean;
}

/** Returns code samples in three languages, in the format that renderers of OpenAPI read. */
export function codeSamplesOf(route: Route, schemas: SchemaCollection): CodeSample[] {
  if (route.access.kind === "stripe") return [];
  const call = callOf(route, schemas);
  return [
    { lang: "Shell", label: "curl", source: curl(call) },
    { lang: "TypeScript", label: "TypeScript", source: typeScript(call) },
    { lang: "Python", label: "Python", source: python(call) },
  ];
}

function callOf(route: Route, schemas: SchemaCollection): Call {
  const parameters: Json = {};
  const query = new URLSearchParams();
  let path: string = route.path;
  for (const parameter of parametersOf(route, schemas)) {
    if (!("name" in parameter) || !parameter.required) continue;
    parameters[parameter.name] = parameter.example;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, String(parameter.example));
    else query.set(parameter.name, String(parameter.example));
  }
  const body = route.body
    ? (exampleOf(schemas.write(route.body, "input"), schemas.components) as Json)
    : undefined;
  const needsHeader = route.takesIdempotencyKey && !(body && "idempotency_key" in body);
  return {
    route,
    url: `${env().APP_URL}${path}${query.size > 0 ? `?${query}` : ""}`,
    parameters,
    body,
    idempotencyKey: needsHeader ? exampleKeyOf(route) : undefined,
    needsKey: "scope" in route.access,
  };
}

/** Returns a different key for each operation, so that trying one sample after another causes no conflict. */
function exampleKeyOf({ operationId }: Route): string {
  return `${operationId.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-8731`;
}

function curl({ route, url, body, idempotencyKey, needsKey }: Call): string {
  const method = route.method === "GET" || (route.method === "POST" && body) ? "" : `-X ${route.method} `;
  return [
    `curl ${method}${url.includes("?") ? `"${url}"` : url}`,
    needsKey && `-H "Authorization: Bearer $BRIM_API_KEY"`,
    idempotencyKey !== undefined && `-H "Idempotency-Key: ${idempotencyKey}"`,
    body && `-H "Content-Type: application/json"`,
    body && `-d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`,
  ]
    .filter(Boolean)
    .join(" \\\n  ");
}

/** Every operation is a method of the client, which takes path, query and body fields as one object. */
function typeScript({ route, parameters, body, idempotencyKey, needsKey }: Call): string {
  const fields = { ...parameters, ...body };
  const inputs = [
    Object.keys(fields).length > 0 && javaScriptLiteral(fields),
    idempotencyKey !== undefined && javaScriptLiteral({ idempotencyKey }),
  ].filter(Boolean);
  const key = needsKey ? ", apiKey: process.env.BRIM_API_KEY" : "";
  return [
    'import { Brim } from "brim/client";',
    "",
    `const brim = new Brim({ baseUrl: "${env().APP_URL}"${key} });`,
    "",
    `${route.response ? "const response = " : ""}await brim.${route.operationId}(${inputs.join(", ")});`,
  ].join("\n");
}

function python({ route, url, body, idempotencyKey, needsKey }: Call): string {
  const headers = [
    needsKey && `"Authorization": f"Bearer {os.environ['BRIM_API_KEY']}"`,
    idempotencyKey !== undefined && `"Idempotency-Key": "${idempotencyKey}"`,
  ].filter((header) => typeof header === "string");
  return [
    needsKey && "import os",
    "import requests",
    "",
    `response = requests.${route.method.toLowerCase()}(`,
    `    "${url}",`,
    headers.length === 1 && `    headers={${headers[0]}},`,
    headers.length > 1 && `    headers={\n${headers.map((header) => `        ${header},\n`).join("")}    },`,
    body && `    json=${pythonLiteral(body, "    ")},`,
    "    timeout=30,",
    ")",
    "response.raise_for_status()",
    route.response && `print(${route.responseType === undefined ? "response.json()" : "response.text"})`,
  ]
    .filter((line) => typeof line === "string")
    .join("\n");
}

/** Writes a JavaScript literal, without quotes around names that need none. */
function javaScriptLiteral(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/^( *)"([A-Za-z_]\w*)":/gm, "$1$2:");
}

/** Writes a Python literal. */
export function pythonLiteral(value: unknown, indent = ""): string {
  const inner = `${indent}    `;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isEmpty(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `${inner}${pythonLiteral(item, inner)},\n`).join("")}${indent}]`;
  }
  if (typeof value === "object") {
    const fields = Object.entries(value).map(
      ([name, field]) => `${inner}${JSON.stringify(name)}: ${pythonLiteral(field, inner)},\n`,
    );
    return `{\n${fields.join("")}${indent}}`;
  }
  return JSON.stringify(value);
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
