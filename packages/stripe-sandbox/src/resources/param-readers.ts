import type { Params, ParamValue } from "../api/request-schema";

/** Readers for parameters that the schema has already typed; they only tell TypeScript what it cannot know. */

export function textOr<T>(value: ParamValue | undefined, fallback: T): string | T {
  return typeof value === "string" ? value : fallback;
}

export function numberOr<T>(value: ParamValue | undefined, fallback: T): number | T {
  return typeof value === "number" ? value : fallback;
}

export function mapOf(value: ParamValue | undefined): Params | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

export function listOf(value: ParamValue | undefined): ParamValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** Is `params.a.b` (a map with a boolean) true? */
export function isEnabled(value: ParamValue | undefined): boolean {
  return mapOf(value)?.enabled === true;
}

/** A field of an update: left out keeps the old value, null or text replaces it. */
export function updatedText(value: ParamValue | undefined, current: string | null): string | null {
  if (value === undefined) return current;
  return textOr(value, null);
}
