import { env } from "@/lib/platform/env";
import { VERSION } from "@/lib/platform/version";
import { ROUTE_TAGS, type Route, type RouteTag } from "../route";
import { SHARED_HEADERS } from "./headers";
import { operationOf, type SharedParts } from "./operation";
import { SHARED_PARAMETERS } from "./parameters";
import { collectSchemas } from "./schemas";
import { securitySchemes } from "./security";
import type { OpenApiDocument } from "./types";

const INTRODUCTION = `
Brim keeps a prepaid balance for each customer. Customers add money through Stripe Checkout and spend it with each API call.

**Money** is in US dollars. Fields that end in \`_usd\` are decimal strings with at least two decimals and no exponent, such as
\`"25.00"\` or \`"0.000012"\`. Amounts are never rounded. Requests may also use JSON numbers with at most 15 significant digits.

**Times** are in UTC, in ISO 8601 format. **Ids** have a prefix that tells their type.

**Idempotency.** Send an idempotency key with each request that changes something. If you get no response, send the request
again with the same key: it takes effect only once.

**Errors** all have the same format. \`error\` is a code that never changes its meaning, \`message\` explains the error to
people, and \`request_id\` identifies the request in our logs.

**Browsers** can call this API only from Brim's own pages. From your own pages, call your server, which holds the API key and
calls Brim. An API key in a page could be read by anyone. Therefore there is no CORS: preflight requests get 404 without
\`Access-Control-Allow-Origin\`.

**Lists** are sorted newest first. Send \`next_cursor\` as \`cursor\` to get the next page; it is null on the last page.
`.trim();

const TAG_DESCRIPTIONS: Record<RouteTag, string> = {
  Usage: "Spend from a balance: charges, batches, holds, and usage reports.",
  Billing: "Balances, top-ups, saved cards and invoices.",
  Admin: "For the operator: customers, API keys and adjustments.",
  Service: "Health checks, metrics, this document, and the Stripe webhook.",
};

/**
 * Describes routes as OpenAPI 3.1, from the same schemas that validate requests and type responses.
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function buildDocument(routes: readonly Route[]): OpenApiDocument {
  const shared: SharedParts = { schemas: collectSchemas(), responses: {} };
  const paths: OpenApiDocument["paths"] = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operationOf(route, shared);
    paths[route.path] = path;
  }
  const used = new Set(routes.map((route) => route.tag));
  return {
    openapi: "3.1.1",
    info: {
      title: "Brim API",
      version: VERSION,
      summary: "A prepaid balance for each of your customers.",
      description: INTRODUCTION,
      license: { name: "MIT", identifier: "MIT" },
      contact: { name: "The operator of this Brim", url: env().APP_URL },
    },
    servers: [{ url: env().APP_URL, description: "This Brim." }],
    tags: ROUTE_TAGS.filter((name) => used.has(name)).map((name) => ({
      name,
      description: TAG_DESCRIPTIONS[name],
    })),
    paths,
    components: {
      schemas: sorted(shared.schemas.components),
      parameters: SHARED_PARAMETERS,
      headers: SHARED_HEADERS,
      responses: sorted(shared.responses),
      securitySchemes: securitySchemes(),
    },
  };
}

function sorted<Part>(parts: Record<string, Part>): Record<string, Part> {
  return Object.fromEntries(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
