import { z } from "zod";
import { ID_PREFIXES, idPattern } from "@/lib/platform/ids";

/** Fields that many answers have, as the reference shows them. Answers hold JSON types only. */

/** Shown in examples: the random part of an id. */
const EXAMPLE_SUFFIX = "01kaw3h8ezf5vr9q2m7x4c6tnd";

/** An id of ours in the form of examples: `chg_01kaw…`. */
export function exampleId(kind: keyof typeof ID_PREFIXES): string {
  return `${ID_PREFIXES[kind]}_${EXAMPLE_SUFFIX}`;
}

/** An id of ours. */
export function idField(kind: keyof typeof ID_PREFIXES, description: string) {
  return z
    .string()
    .regex(idPattern(kind))
    .meta({ description, examples: [exampleId(kind)] });
}

/** An amount of US dollars as we write it: at least two decimals, never an exponent, never rounded. */
export function usdField(description: string, example: string) {
  return z
    .string()
    .regex(/^-?\d+\.\d{2,9}$/)
    .meta({ description, examples: [example] });
}

/** An amount that cannot be below zero. */
export function positiveUsdField(description: string, example: string) {
  return z
    .string()
    .regex(/^\d+\.\d{2,9}$/)
    .meta({ description, examples: [example] });
}

/** An instant as we write it: UTC, with milliseconds. */
export function instantField(description: string, example = "2026-11-22T18:30:00.000Z") {
  return z.iso.datetime({ precision: 3 }).meta({ description, examples: [example] });
}

/** A part of a path that is an id of ours; `noun` is what is not there when it has another form. */
export function pathId(kind: keyof typeof ID_PREFIXES, noun: string) {
  return z
    .string()
    .regex(idPattern(kind), `There is no such ${noun}.`)
    .meta({ description: `The id of the ${noun}.`, examples: [exampleId(kind)] });
}

/** Every list ends with it. */
export const nextCursorField = z
  .string()
  .nullable()
  .meta({
    description: "Send it as `cursor` to read on; null on the last page.",
    examples: [null],
  });

/** A field that can be null, described like the field itself. */
export function orNull<T extends z.ZodType>(field: T) {
  const { id: _, ...words } = field.meta() ?? {};
  return field.nullable().meta(words);
}
