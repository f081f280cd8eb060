import { CodeBlock } from "./code-block";
import { Prose } from "./prose";
import { Samples } from "./samples";

interface Step {
  id: string;
  title: string;
  text: string;
  shell?: string;
  typeScript?: string;
  python?: string;
  response?: string;
}

export function QuickStart({ steps }: { steps: Step[] }) {
  return (
    <main className="mx-auto w-full max-w-[784px] flex-1 px-5 pt-8 pb-20 sm:px-8 sm:pt-12">
      <h1 className="text-[32px] leading-10 font-semibold tracking-[-0.02em]">Quick start</h1>
      <Prose
        className="mt-4"
        text="Make your first charge in a few minutes. You do not need a Stripe account: `npm run demo` in a clone of Brim starts a database and a local Stripe sandbox."
      />
      <ol className="mt-12 space-y-12">
        {steps.map((step, index) => (
          <li key={step.id} id={step.id} className="scroll-mt-6">
            <h2 className="text-xl font-semibold tracking-[-0.01em]">
              {index + 1}. {step.title}
            </h2>
            <Prose text={step.text} className="mt-2 mb-4" />
            <div className="space-y-3">
              <Samples what={step.title} samples={samplesOf(step)} />
              {step.response && (
                <CodeBlock
                  label="Response"
                  what={`Response: ${step.title}`}
                  text={step.response}
                  language="JSON"
                />
              )}
            </div>
          </li>
        ))}
      </ol>
      <p className="mt-16 border-t border-line pt-8 text-soft">
        For every endpoint, its fields and its errors, see the{" "}
        <a href="/docs/api" className="text-accent underline underline-offset-4">
          API reference
        </a>
        .
      </p>
    </main>
  );
}

function samplesOf({ shell, typeScript, python }: Step) {
  return [
    ...(shell ? [{ label: "curl", source: shell }] : []),
    ...(typeScript ? [{ label: "TypeScript", source: typeScript }] : []),
    ...(python ? [{ label: "Python", source: python }] : []),
  ];
}
