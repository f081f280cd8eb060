import type { Route } from "../route";
import { codeSamplesOf } from "./code-samples";
import { errorResponsesOf } from "./errors";
import { exampleOf } from "./example";
import { headersOfSuccess } from "./headers";
import { parametersOf } from "./parameters";
import type { SchemaCollection } from "./schemas";
import { permissionOf, securityOf } from "./security";
import type { OperationPart, ResponsePart } from "./types";

const JSON_TYPE = "application/json";

/** The shared parts of the document. Each operation adds what it refers to. */
export interface SharedParts {
  schemas: SchemaCollection;
  responses: Record<string, ResponsePart>;
}

/** Describes a route as an operation of the document. */
export function operationOf(route: Route, shared: SharedParts): OperationPart {
  const parameters = parametersOf(route, shared.schemas);
  return {
    operationId: route.operationId,
    summary: route.summary,
    description: [route.description, permissionOf(route)].filter(Boolean).join("\n\n"),
    tags: [route.tag],
    security: securityOf(route),
    ...(parameters.length > 0 && { parameters }),
    ...requestBodyOf(route, shared.schemas),
    responses: { ...successOf(route, shared.schemas), ...errorResponsesOf(route, shared) },
    "x-codeSamples": codeSamplesOf(route, shared.schemas),
  };
}

function requestBodyOf(
  route: Route,
  { write, components }: SchemaCollection,
): Pick<OperationPart, "requestBody"> {
  if (route.access.kind === "stripe") {
    const schema = { type: "object", description: "A Stripe event." };
    const example = { id: "evt_1QxK2eLkdIwHu7ix", object: "event", type: "checkout.session.completed" };
    return { requestBody: { required: true, content: { [JSON_TYPE]: { schema, example } } } };
  }
  if (!route.body) return {};
  const schema = write(route.body, "input");
  return {
    requestBody: {
      required: !route.mayOmitBody,
      content: { [JSON_TYPE]: { schema, example: exampleOf(schema, components) } },
    },
  };
}

function successOf(route: Route, { write, components }: SchemaCollection): Record<string, ResponsePart> {
  const headers = headersOfSuccess(route);
  if (!route.response) return { "204": { description: "Success, without a body.", headers } };
  const schema = write(route.response, "output");
  return {
    "200": {
      description: route.responseDescription ?? route.response.description ?? "Success.",
      headers,
      content: { [route.responseType ?? JSON_TYPE]: { schema, example: exampleOf(schema, components) } },
    },
  };
}
