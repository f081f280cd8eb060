import type { ParamValue } from "../api/request-schema";

/** Stripe's rule for metadata: given keys replace, an empty value removes its key, null removes all. */
export function mergeMetadata(
  current: Record<string, string> | null,
  change: ParamValue | undefined,
): Record<string, string> {
  if (change === null) return {};
  if (typeof change !== "object" || Array.isArray(change)) return current ?? {};
  const merged = {
    ...current,
    ...Object.fromEntries(Object.entries(change).map(([key, value]) => [key, String(value ?? "")])),
  };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ""));
}
