import { z } from "zod";
import type { OpenApiDocument } from "./openapi/types";
import { publicRoute, type Route, reply } from "./route";

/** Makes the route that returns the OpenAPI document. It reads the document when called, because the document includes it. */
export function openApiDocumentRoute(readDocument: () => OpenApiDocument): Route {
  let written: { document: OpenApiDocument; text: string } | undefined; // hundreds of kilobytes, which anyone may request
  return publicRoute(
    {
      method: "GET",
      path: "/api/v1/openapi.json",
      operationId: "getOpenApiDocument",
      tag: "Service",
      summary: "Get this document",
      description:
        "The API as an OpenAPI 3.1 document, generated from the schemas that validate requests. For people, there is `/docs/api`.",
      response: z
        .looseObject({
          openapi: z
            .string()
            .regex(/^3\.1\.\d+$/)
            .meta({ description: "The OpenAPI version.", examples: ["3.1.1"] }),
        })
        .meta({ id: "OpenApiDocument", description: "An OpenAPI 3.1 document." }),
    },
    async () => {
      const document = readDocument();
      if (written?.document !== document) written = { document, text: JSON.stringify(document) };
      return reply(written.text, { contentType: "application/json" });
    },
  );
}
