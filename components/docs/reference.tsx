import type { OpenApiDocument } from "@/lib/http";
import { ErrorTable } from "./error-table";
import { FieldList } from "./field-list";
import { type Call, callsOf, successOf } from "./operation-parts";
import { OperationSection } from "./operation-section";
import { Prose } from "./prose";
import { type IndexEntry, ReferenceIndex } from "./reference-index";
import { fieldNames, resolveSchema } from "./schema-words";

/** The whole API on one page, made from its OpenAPI document. */
export function Reference({ document }: { document: OpenApiDocument }) {
  const calls = callsOf(document);
  return (
    <div className="mx-auto w-full max-w-[1360px] flex-1 px-5 pb-20 sm:px-8 lg:grid lg:grid-cols-[272px_minmax(0,1fr)] lg:gap-x-12">
      <aside className="pt-8 lg:sticky lg:top-0 lg:h-dvh lg:overflow-y-auto lg:pb-8">
        <ReferenceIndex entries={calls.map((call) => entryOf(call, document))} />
      </aside>
      <main className="min-w-0 pt-8 sm:pt-12">
        <h1 className="text-[32px] leading-10 font-semibold tracking-[-0.02em]">API reference</h1>
        <p className="mt-2 text-sm text-faint">
          Version {document.info.version}, at <code className="font-mono">{document.servers[0]?.url}</code>.
          For programs:{" "}
          <a href="/api/v1/openapi.json" className="text-accent underline underline-offset-4">
            openapi.json
          </a>
          . New here?{" "}
          <a href="/docs/quick-start" className="text-accent underline underline-offset-4">
            Quick start
          </a>
          .
        </p>
        <Prose text={document.info.description} className="mt-6 max-w-[720px]" />
        <h2 className="mt-12 text-2xl font-semibold tracking-[-0.015em]">Who is calling</h2>
        <Prose
          text={document.components.securitySchemes.apiKey?.description ?? ""}
          className="mt-3 max-w-[720px]"
        />
        <Prose
          text={document.components.securitySchemes.session?.description ?? ""}
          className="mt-3 max-w-[720px]"
        />
        <h2 className="mt-12 text-2xl font-semibold tracking-[-0.015em]">Refusals</h2>
        <Prose text="Each has the same fields." className="mt-3 mb-4" />
        <FieldList
          schema={resolveSchema({ $ref: "#/components/schemas/Error" }, document.components.schemas)}
          named={document.components.schemas}
        />
        <p className="mt-8 text-sm font-medium">Their codes</p>
        <ErrorTable document={document} />
        {document.tags.map((tag) => (
          <div key={tag.name} className="mt-16">
            <h2 className="text-2xl font-semibold tracking-[-0.015em]">{tag.name}</h2>
            <Prose text={tag.description} className="mt-2 mb-10" />
            <div className="space-y-12">
              {calls
                .filter((call) => call.operation.tags.includes(tag.name))
                .map((call) => (
                  <OperationSection key={call.operation.operationId} call={call} document={document} />
                ))}
            </div>
          </div>
        ))}
      </main>
    </div>
  );
}

function entryOf({ method, path, operation }: Call, document: OpenApiDocument): IndexEntry {
  const named = document.components.schemas;
  const bodies = [operation.requestBody?.content["application/json"], successOf(operation)];
  const fields = bodies.flatMap((body) => (body ? fieldNames(body.schema, named) : []));
  const words = [
    operation.summary,
    operation.operationId,
    method,
    path,
    ...operation.tags,
    ...Object.keys(operation.responses),
    ...new Set(fields),
  ];
  return {
    id: operation.operationId,
    chapter: operation.tags[0] ?? "",
    method,
    summary: operation.summary,
    words: words.join(" ").toLowerCase(),
  };
}
