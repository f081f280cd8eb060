import type { OpenApiDocument, OperationPart, ParameterPart, ResponsePart } from "@/lib/http";

/** One call with its address. */
export interface Call {
  method: string;
  path: string;
  operation: OperationPart;
}

/** Every call of the document, chapter by chapter. */
export function callsOf(document: OpenApiDocument): Call[] {
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return document.tags.flatMap((tag) => calls.filter((call) => call.operation.tags.includes(tag.name)));
}

/** All that a call takes beside its body. */
export function parametersOf(operation: OperationPart, document: OpenApiDocument): ParameterPart[] {
  return (operation.parameters ?? []).map((one) => {
    const found = "name" in one ? one : document.components.parameters[lastPart(one.$ref)];
    if (!found) throw new Error("The document refers to a parameter that it does not have.");
    return found;
  });
}

/** The answer of a call that worked, where it has a body. */
export function successOf(operation: OperationPart) {
  const success = operation.responses["200"];
  return success && isResponse(success) ? Object.values(success.content ?? {})[0] : undefined;
}

/** The refusals of a call, in the order of their status. */
export function refusalsOf(
  operation: OperationPart,
  document: OpenApiDocument,
): { status: string; codes: string[] }[] {
  return Object.entries(operation.responses)
    .filter(([status]) => Number(status) >= 400)
    .map(([status, one]) => {
      const found = isResponse(one) ? one : document.components.responses[lastPart(one.$ref)];
      if (!found) throw new Error("The document refers to an answer that it does not have.");
      return { status, codes: codesOf(found) };
    });
}

/** The codes that a refusal can have. */
export function codesOf(response: ResponsePart): string[] {
  const examples = response.content?.["application/json"]?.examples ?? {};
  return Object.values(examples).map((example) => (example as { value: { error: string } }).value.error);
}

function isResponse(one: OperationPart["responses"][string]): one is ResponsePart {
  return "description" in one;
}

function lastPart(reference: unknown): string {
  return String(reference).split("/").at(-1) ?? "";
}
