import type { Route } from "../route";
import { codeSamplesOf } from "./code-samples";
import { describeFailures, nameOf } from "./describe-failures";
import { exampleOf } from "./example";
import { failuresOf } from "./failures";
import { headersOfSuccess } from "./headers";
import { parametersOf } from "./parameters";
import type { SchemaCollection } from "./schemas";
import { permissionOf, securityOf } from "./security";
import type { OperationPart, Reference, ResponsePart } from "./types";

const JSON_TYPE = "application/json";

/** What the operations share: each writes into it what it refers to. */
export interface SharedParts {
  schemas: SchemaCollection;
  responses: Record<string, ResponsePart>;
}

/** One route as an operation of the document. */
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
    responses: { ...successOf(route, shared.schemas), ...refusalsOf(route, shared) },
    "x-codeSamples": codeSamplesOf(route, shared.schemas),
  };
}

function requestBodyOf(
  route: Route,
  { write, components }: SchemaCollection,
): Pick<OperationPart, "requestBody"> {
  if (route.access.kind === "stripe") {
    const schema = { type: "object", description: "An event of Stripe's." };
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
  if (!route.answer) return { "204": { description: "Done; there is no body.", headers } };
  const schema = write(route.answer, "output");
  return {
    "200": {
      description: route.answerDescription ?? route.answer.description ?? "Done.",
      headers,
      content: {
        [route.answerType ?? "application/json"]: { schema, example: exampleOf(schema, components) },
      },
    },
  };
}

function refusalsOf(route: Route, { schemas, responses }: SharedParts): Record<string, Reference> {
  return Object.fromEntries(
    [...failuresOf(route)].map(([status, failures]) => {
      const name = nameOf(failures);
      responses[name] ??= describeFailures(failures, schemas);
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}
