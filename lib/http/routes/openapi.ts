import { z } from "zod";
import type { OpenApiDocument } from "../openapi";
import { publicRoute, type Route } from "../route";

/** The route that describes all routes, itself too: so it asks for the document when it is called and not before. */
export function openApiRoute(readDocument: () => OpenApiDocument): Route {
  let text: string | undefined; // hundreds of kilobytes, which anybody may ask for
  return publicRoute(
    {
      method: "GET",
      path: "/api/v1/openapi.json",
      operationId: "getOpenApiDocument",
      tag: "Service",
      summary: "Read this document",
      description:
        "The whole API as OpenAPI 3.1, built from what checks the requests. Made for programs; people read `/docs/api`.",
      answer: z
        .looseObject({
          openapi: z
            .string()
            .regex(/^3\.1\.\d+$/)
            .meta({ description: "The version of OpenAPI.", examples: ["3.1.1"] }),
        })
        .meta({ id: "OpenApiDocument", description: "A document of OpenAPI 3.1." }),
    },
    async () => {
      text ??= JSON.stringify(readDocument());
      return { body: text, textType: "application/json" };
    },
  );
}
