import { expect } from "vitest";
import { createApiKey } from "@/lib/api-keys";
import type { Scope } from "@/lib/auth";
import { prisma } from "@/lib/platform/db";
import type { ApiKeyId } from "@/lib/platform/ids";
import { type ApiResponse, callerWith, type RunningBrim } from "./brim";

/** An operator's API key, with functions that call Brim. */
export interface Operator extends ReturnType<typeof callerWith> {
  apiKeyId: ApiKeyId;
  key: string;
}

/** Creates an operator key. */
export async function anOperator(
  brim: RunningBrim,
  scopes: "all" | readonly Scope[] = "all",
): Promise<Operator> {
  const { apiKeyId, secret } = await createApiKey({ customerId: null, name: "operator", scopes });
  return { apiKeyId, key: secret, ...callerWith(brim, secret) };
}

/** Returns the logged operator actions on an object, oldest first. */
export function actionsOn(subjectId: string) {
  return prisma().operatorAction.findMany({
    where: { subjectId },
    orderBy: { actionId: "asc" },
    select: { verb: true, apiKeyId: true, customerId: true, reason: true },
  });
}

/** Asserts that a response is a validation error of exactly one field. */
export function expectRefusedField(answer: ApiResponse, field: string): void {
  expect(answer.status).toBe(400);
  expect(answer.body.error).toBe("INVALID_REQUEST");
  expect(answer.body.details.issues.map((issue: { path: string }) => issue.path)).toContain(field);
}

/** Returns every id of a list, page by page. */
export async function walk(
  get: (path: string) => Promise<ApiResponse>,
  path: string,
  noun: string,
  limit: number,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? `limit=${limit}` : `limit=${limit}&cursor=${cursor}`;
    const { status, body } = await get(`${path}${path.includes("?") ? "&" : "?"}${query}`);
    expect(status).toBe(200);
    expect(body[noun].length).toBeLessThanOrEqual(limit);
    rows.push(...body[noun]);
    cursor = body.next_cursor;
  } while (cursor !== null);
  return rows;
}
