import type { OpenApiDocument, ResponsePart } from "@/lib/http";
import { CodeBlock } from "./code-block";
import { codesOf } from "./operation-parts";
import { inline } from "./prose";

interface Failure {
  status: number;
  code: string;
  description: string;
  example: unknown;
}

/** Every way to be refused: status, code, what it means, and how it looks. */
export function ErrorTable({ document }: { document: OpenApiDocument }) {
  const failures = failuresOf(document);
  return (
    <dl className="mt-4 divide-y divide-line border-y border-line">
      {failures.map(({ status, code, description, example }, index) => (
        <div
          key={code}
          id={failures[index - 1]?.status === status ? undefined : `error-${status}`}
          className="scroll-mt-6 gap-x-6 py-3 sm:grid sm:grid-cols-[272px_minmax(0,1fr)]"
        >
          <dt className="font-mono text-[13px] font-semibold">
            {status} {code}
          </dt>
          <dd className="text-[15px] text-soft">
            {inline(description)}
            <details className="mt-1">
              <summary className="flex min-h-11 cursor-pointer items-center text-sm text-accent">
                Example
              </summary>
              <CodeBlock
                label="Answer"
                what={`Example of ${code}`}
                text={JSON.stringify(example, null, 2)}
                language="JSON"
              />
            </details>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The shared refusals of the document that have one code, in the order of their status. */
function failuresOf(document: OpenApiDocument): Failure[] {
  return Object.values(document.components.responses)
    .filter((response) => codesOf(response).length === 1)
    .map(failureOf)
    .sort((a, b) => a.status - b.status);
}

function failureOf(response: ResponsePart): Failure {
  const [example] = Object.values(response.content?.["application/json"]?.examples ?? {});
  const { value } = example as { value: { error: string; statusCode: number } };
  return { status: value.statusCode, code: value.error, description: response.description, example: value };
}
