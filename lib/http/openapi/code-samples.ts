import { env } from "@/lib/platform/env";
import type { Route } from "../route";
import { exampleOf } from "./example";
import { javaScriptLiteral, pythonLiteral } from "./literals";
import { parametersOf } from "./parameters";
import type { SchemaCollection } from "./schemas";
import type { CodeSample, Json } from "./types";

/** One call, in all that the samples need to know of it. */
interface Call {
  route: Route;
  url: string;
  /** Parts of the path and parameters of the query that the sample names. */
  named: Json;
  body: Json | undefined;
  /** Shown as a header where the body has no field for it. */
  idempotencyKey: string | undefined;
  needsKey: boolean;
}

/** The same call in three languages, as renderers of OpenAPI read it. Stripe's deliveries are no call of anybody else's. */
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
  const named: Json = {};
  const query = new URLSearchParams();
  let path: string = route.path;
  for (const parameter of parametersOf(route, schemas)) {
    if (!("name" in parameter) || !parameter.required) continue;
    named[parameter.name] = parameter.example;
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
    named,
    body,
    idempotencyKey: needsHeader ? exampleKeyOf(route) : undefined,
    needsKey: "scope" in route.access,
  };
}

/** Another one for each call: who tries one sample after the other must not meet a conflict. */
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

/** Every operation is a method of the client; it takes the fields of path, query and body as one object. */
function typeScript({ route, named, body, idempotencyKey, needsKey }: Call): string {
  const fields = { ...named, ...body };
  const given = [
    Object.keys(fields).length > 0 && javaScriptLiteral(fields),
    idempotencyKey !== undefined && javaScriptLiteral({ idempotencyKey }),
  ].filter(Boolean);
  const key = needsKey ? ", apiKey: process.env.BRIM_API_KEY" : "";
  return [
    'import { Brim } from "brim/client";',
    "",
    `const brim = new Brim({ baseUrl: "${env().APP_URL}"${key} });`,
    "",
    `${route.answer ? "const answer = " : ""}await brim.${route.operationId}(${given.join(", ")});`,
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
    `answer = requests.${route.method.toLowerCase()}(`,
    `    "${url}",`,
    headers.length === 1 && `    headers={${headers[0]}},`,
    headers.length > 1 && `    headers={\n${headers.map((header) => `        ${header},\n`).join("")}    },`,
    body && `    json=${pythonLiteral(body, "    ")},`,
    "    timeout=30,",
    ")",
    "answer.raise_for_status()",
    route.answer && `print(${route.answerType === undefined ? "answer.json()" : "answer.text"})`,
  ]
    .filter((line) => typeof line === "string")
    .join("\n");
}
