import { isMissingPermission } from "@/lib/stripe";

/**
 * Runs a part of the reconciliation. Without the permission that it needs, an alert names the permission, and the other parts
 * go on.
 *
 * @returns null when the key lacks a permission
 */
export async function unlessForbidden<T>(part: () => Promise<T>): Promise<T | null> {
  try {
    return await part();
  } catch (error) {
    if (isMissingPermission(error)) return null;
    throw error;
  }
}
