import { z } from "zod";
import { cents, formatCents } from "@/lib/money";
import { ID_PREFIXES, idPattern } from "@/lib/platform/ids";

/** Fields that several responses share. Responses contain JSON types only. */

type IdKind = keyof typeof ID_PREFIXES;

const EXAMPLE_SUFFIX = "01kaw3h8ezf5vr9q2m7x4c6tnd";

/** Returns an id for examples, such as `chg_01kaw…`. */
export function exampleId(kind: IdKind): string {
  return `${ID_PREFIXES[kind]}_${EXAMPLE_SUFFIX}`;
}

export function idField(kind: IdKind, description: string) {
  return z
    .string()
    .regex(idPattern(kind))
    .meta({ description, examples: [exampleId(kind)] });
}

/** An amount of US dollars with at least two decimals, never rounded. */
export function usdField(description: string, example: string) {
  return z
    .string()
    .regex(/^-?\d+\.\d{2,9}$/)
    .meta({ description, examples: [example] });
}

/** An amount that is never below zero. */
export function positiveUsdField(description: string, example: string) {
  return z
    .string()
    .regex(/^\d+\.\d{2,9}$/)
    .meta({ description, examples: [example] });
}

/** Formats cents from the database as US dollars. */
export function formatOptionalCents(amount: number | null): string | null {
  return amount === null ? null : formatCents(cents(BigInt(amount)));
}

/** A time in UTC with milliseconds. */
export function timeField(description: string, example = "2026-11-22T18:30:00.000Z") {
  return z.iso.datetime({ precision: 3 }).meta({ description, examples: [example] });
}

/** Makes a field nullable and keeps its description. */
export function orNull<T extends z.ZodType>(field: T) {
  const { id: _, ...meta } = field.meta() ?? {};
  return field.nullable().meta(meta);
}
