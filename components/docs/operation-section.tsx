import type { ReactNode } from "react";
import type { OpenApiDocument, OperationPart, SchemaPart } from "@/lib/http";
import { CodeBlock } from "./code-block";
import { FieldItem, FieldList } from "./field-list";
import { Method } from "./method";
import { type Call, parametersOf, refusalsOf, successOf } from "./operation-parts";
import { Prose } from "./prose";
import { Samples } from "./samples";
import { type NamedSchemas, resolveSchema } from "./schema-words";

interface OperationProps {
  operation: OperationPart;
  document: OpenApiDocument;
}

/** All about one call: what it does, what it takes, what it answers, how it fails, and how it is written. */
export function OperationSection({ call, document }: { call: Call; document: OpenApiDocument }) {
  const { method, path, operation } = call;
  return (
    <section id={operation.operationId} className="scroll-mt-6 border-t border-line pt-10">
      <h3 className="text-xl font-semibold tracking-[-0.01em]">
        <a href={`#${operation.operationId}`} className="hover:text-accent">
          {operation.summary}
        </a>
      </h3>
      <p className="mt-2 flex flex-wrap items-baseline gap-x-2">
        <Method name={method} />
        <code className="font-mono text-[13px] break-all">{path}</code>
      </p>
      <div className="mt-5 grid gap-x-12 gap-y-6 xl:grid-cols-2">
        <div className="min-w-0 space-y-8">
          <Prose text={operation.description} />
          <Fields operation={operation} document={document} />
          <Part title="Refusals">
            <Refusals operation={operation} document={document} />
          </Part>
        </div>
        <div className="min-w-0 space-y-4">
          <Samples what={operation.summary} samples={operation["x-codeSamples"]} />
          <AnswerExample operation={operation} />
        </div>
      </div>
    </section>
  );
}

/** What a call takes and what it answers, field by field. */
function Fields({ operation, document }: OperationProps) {
  const named = document.components.schemas;
  const parameters = parametersOf(operation, document);
  const body = operation.requestBody?.content["application/json"];
  const answer = successOf(operation);
  return (
    <>
      {parameters.length > 0 && (
        <Part title="Parameters">
          <ul className="divide-y divide-line border-y border-line">
            {parameters.map(({ name, in: place, schema, description = "", required }) => {
              const words = place === "header" ? `A header. ${description}` : description;
              const field = { ...schema, description: words };
              return <FieldItem key={name} name={name} field={field} isRequired={required} named={named} />;
            })}
          </ul>
        </Part>
      )}
      {body && (
        <Part title={operation.requestBody?.required ? "Body" : "Body, optional"}>
          <BodyFields schema={resolveSchema(body.schema, named)} named={named} />
        </Part>
      )}
      {answer && (
        <Part title="Answer">
          <BodyFields schema={resolveSchema(answer.schema, named)} named={named} />
        </Part>
      )}
    </>
  );
}

/** The fields of a body; one without fields of its own says what it is. */
function BodyFields({ schema, named }: { schema: SchemaPart; named: NamedSchemas }) {
  if (!schema.properties) return <Prose text={schema.description ?? ""} />;
  return <FieldList schema={schema} named={named} />;
}

function AnswerExample({ operation }: { operation: OperationPart }) {
  const answer = successOf(operation);
  if (!answer) return <p className="text-sm text-faint">The answer is 204, without a body.</p>;
  const { example } = answer;
  const what = `Answer: ${operation.summary}`;
  if (typeof example === "string") return <CodeBlock label="Answer" what={what} text={example} />;
  return <CodeBlock label="Answer" what={what} text={JSON.stringify(example, null, 2)} language="JSON" />;
}

/** Each status that is not a success, as a link to what it means. */
function Refusals({ operation, document }: OperationProps) {
  return (
    <ul className="flex flex-wrap gap-x-4 text-sm">
      {refusalsOf(operation, document).map(({ status, codes }) => (
        <li key={status}>
          <a
            href={`#error-${status}`}
            className="flex min-h-11 items-center text-soft underline decoration-line underline-offset-4 hover:text-ink"
          >
            {status} {codes.join(" or ")}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h4 className="mb-3 text-sm font-medium">{title}</h4>
      {children}
    </div>
  );
}
