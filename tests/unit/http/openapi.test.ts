import { createConfig, lintFromString } from "@redocly/openapi-core";
import { Ruleset, Spectral } from "@stoplight/spectral-core";
import { oas } from "@stoplight/spectral-rulesets";
import { beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "@/lib/http";
import { buildDocument } from "@/lib/http/openapi/document";
import type { OpenApiDocument, OperationPart } from "@/lib/http/openapi/types";
import type { Route } from "@/lib/http/route";
import { applySettings } from "@/tests/support/settings";

let document: OpenApiDocument;

beforeAll(() => {
  applySettings({ APP_URL: "https://billing.brim.test", DATABASE_URL: "postgres://nobody@localhost/none" });
  document = JSON.parse(JSON.stringify(buildDocument(ROUTES)));
});

/** Returns the findings of Spectral, as `path: message`. */
async function spectralFindings(subject: object): Promise<string[]> {
  const spectral = new Spectral();
  spectral.setRuleset(new Ruleset({ extends: [[oas, "recommended"]] }));
  const findings = await spectral.run(subject as Record<string, unknown>);
  return findings.map(({ code, path, message }) => `${code} ${path.join(".")}: ${message}`);
}

/** Returns the findings of Redocly, as `rule place: message`. */
async function redoclyFindings(subject: object): Promise<string[]> {
  const config = await createConfig({ extends: ["recommended"] });
  const problems = await lintFromString({ source: JSON.stringify(subject), config });
  return problems.map(({ ruleId, location, message }) => `${ruleId} ${location[0]?.pointer}: ${message}`);
}

describe("the OpenAPI document", () => {
  it("passes the recommended rules of Spectral", async () => {
    expect(await spectralFindings(document)).toEqual([]);
  });

  it("passes the recommended rules of Redocly", async () => {
    expect(await redoclyFindings(document)).toEqual([]);
  });

  it("fails both when it contains an error", async () => {
    const faulty = structuredClone(document);
    // Two paths are enough; linting all of them takes seconds.
    const { "/api/v1/billing/balance": balance, "/api/v1/usage/charges": charges } = faulty.paths;
    faulty.paths = { "/api/v1/billing/balance": balance ?? {}, "/api/v1/usage/charges": charges ?? {} };
    Object.assign(balance?.get ?? {}, {
      summary: undefined,
      description: undefined,
      operationId: "createCharge",
      responses: { "200": { $ref: "#/components/responses/Nothing" } },
    });

    expect(await spectralFindings(faulty)).not.toEqual([]);
    expect(await redoclyFindings(faulty)).not.toEqual([]);
  });
});

const OPERATIONS = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);

describe.each(OPERATIONS)("%s", (_name, route: Route) => {
  function operation(): OperationPart {
    const found = document.paths[route.path]?.[route.method.toLowerCase()];
    if (!found) throw new Error(`${route.operationId} is not in the document.`);
    return found;
  }

  it("is in the document, with its tag and a description beyond the summary", () => {
    expect(operation().operationId).toBe(route.operationId);
    expect(document.tags.map((tag) => tag.name)).toContain(operation().tags[0]);
    expect(route.description.length).toBeGreaterThan(20);
    expect(route.description).not.toBe(route.summary);
  });

  it("describes every path parameter", () => {
    const inPath = (operation().parameters ?? []).flatMap((one) =>
      "name" in one && one.in === "path" ? [one.name] : [],
    );

    expect(inPath).toEqual([...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  });

  it("describes every field of its request and responses", () => {
    expect(fieldsWithoutDescription([operation().requestBody, operation().responses])).toEqual([]);
  });
});

/** Returns the fields without a description that are reachable from a part of the document. */
function fieldsWithoutDescription(root: unknown): string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  walk(root, "");
  return found;

  function walk(part: unknown, at: string): void {
    if (typeof part !== "object" || part === null) return;
    const { $ref, properties, additionalProperties } = part as {
      $ref?: string;
      properties?: Record<string, { description?: string; $ref?: string }>;
      additionalProperties?: unknown;
    };
    if ($ref && !seen.has($ref)) {
      seen.add($ref);
      walk(resolve($ref), $ref);
    }
    // An open schema only narrows another one, which has the descriptions.
    for (const [name, field] of Object.entries(additionalProperties === false ? (properties ?? {}) : {})) {
      if (!field.description && !field.$ref) found.push(`${at} ${name}`);
    }
    for (const [name, inner] of Object.entries(part)) {
      if (name !== "example" && name !== "examples") walk(inner, `${at}/${name}`);
    }
  }
}

function resolve(ref: string): unknown {
  return ref
    .replace("#/", "")
    .split("/")
    .reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], document);
}
