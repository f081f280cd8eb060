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
Brim keeps a prepaid balance for each customer. Money is added through Stripe's Checkout and spent call by call.

**Money** is US dollars, in fields that end in \`_usd\`: a decimal string with at least two decimals and no exponent, such as
\`"25.00"\` or \`"0.000012"\`. Nothing is ever rounded. In a request a JSON number is fine too, with at most 15 significant digits.

**Time** is UTC, in ISO 8601. **Ids** have a prefix that says what they name.

**Repeating.** Name each request that does something with an idempotency key, and send it again with the same key when no
answer came: it happens once.

**Errors** have one form. \`error\` is a code for programs that never changes its meaning, \`message\` a sentence for people, and
\`request_id\` finds the request in our log.

**Browsers** call this API from Brim's own pages only. A page on another origin asks your server, which holds the API key and
calls Brim: a key in a page can be read by whoever opens it. So there is no CORS: a preflight is answered with 404 and without
\`Access-Control-Allow-Origin\`.

**Lists** are newest first. \`next_cursor\` leads to the next page, and is null on the last one.
`.trim();

const CHAPTERS: Record<RouteTag, string> = {
  Usage: "Spend a balance for work done: charges, batches of charges, holds, and what they add up to.",
  Billing: "What a customer has and how it is topped up.",
  Admin: "For the operator: customers, keys and corrections.",
  Service: "Whether Brim is up, this document, and where Stripe delivers.",
};

/**
 * Describes routes as OpenAPI 3.1, from the same schemas that check what comes in and that the answers are typed by.
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
    tags: ROUTE_TAGS.filter((name) => used.has(name)).map((name) => ({ name, description: CHAPTERS[name] })),
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
