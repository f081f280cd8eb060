import type { SchemaPart } from "@/lib/http";
import { inline } from "./prose";
import {
  allowedValues,
  describeLimits,
  describeType,
  type NamedSchemas,
  partsWithFields,
} from "./schema-words";

/** The fields of an object, each with its kind, its words and its limits. */
export function FieldList({ schema, named }: { schema: SchemaPart; named: NamedSchemas }) {
  const required = new Set(schema.required);
  return (
    <ul className="divide-y divide-line border-y border-line">
      {Object.entries(schema.properties ?? {}).map(([name, field]) => (
        <FieldItem key={name} name={name} field={field} isRequired={required.has(name)} named={named} />
      ))}
    </ul>
  );
}

interface FieldItemProps {
  name: string;
  field: SchemaPart;
  /** In an answer: always there. */
  isRequired: boolean;
  named: NamedSchemas;
}

/** One field, with the fields inside it to be opened. */
export function FieldItem({ name, field, isRequired, named }: FieldItemProps) {
  const values = allowedValues(field);
  const limits = describeLimits(field);
  return (
    <li className="py-3">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <code className="font-mono text-[13px] font-semibold break-all">{name}</code>
        <span className="text-sm text-faint">{describeType(field)}</span>
        {!isRequired && <span className="text-sm text-faint">optional</span>}
      </p>
      {field.description && <p className="mt-1 text-[15px] text-soft">{inline(field.description)}</p>}
      {values.length > 0 && (
        <p className="mt-1 text-sm text-faint">
          One of {inline(values.map((value) => `\`${value}\``).join(", "))}.
        </p>
      )}
      {limits.length > 0 && <p className="mt-1 text-sm text-faint">{limits.join("; ")}.</p>}
      {partsWithFields(field, named).map((part) => (
        <details key={part.name} className="mt-2">
          <summary className="flex min-h-11 cursor-pointer items-center text-sm text-accent">
            Fields of {part.name || name}
          </summary>
          <div className="ml-1 border-l border-line pl-4">
            <FieldList schema={part.schema} named={named} />
          </div>
        </details>
      ))}
    </li>
  );
}
