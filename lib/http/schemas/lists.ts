import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { env } from "@/lib/platform/env";
import { invalidField } from "@/lib/platform/errors";
import type { Page, PageRequest } from "@/lib/platform/paging";

/** The query parameters of every list. Query values are strings, so the number is a pattern. */
export const listQuery = {
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, "Use a whole number from 1 to 100.")
    .default("20")
    .meta({
      description: "The number of items to return, from 1 to 100.",
      asParameter: { type: "integer", minimum: 1, maximum: 100, default: 20 },
    }),
  cursor: z.string().max(1_024).optional().meta({
    description:
      "The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them.",
  }),
};

/** The last field of every list. */
export const nextCursorField = z
  .string()
  .nullable()
  .meta({
    description: "Send it as `cursor` to get the next page. Null on the last page.",
    examples: [null],
  });

/** The list that a cursor belongs to. It is signed, but not part of the cursor. */
export interface ListScope {
  /** The name of the list. A cursor of another list is rejected. */
  list: string;
  /** The customer's id, or `operator` for lists of the whole installation. */
  owner: string;
}

/**
 * Reads which page the query asks for.
 * @throws InvalidRequestError the cursor is malformed, or belongs to another list or customer
 */
export function readPageRequest(
  scope: ListScope,
  query: { limit: string; cursor?: string | undefined },
): PageRequest {
  return {
    limit: Number(query.limit),
    before: query.cursor === undefined ? undefined : readCursor(scope, query.cursor),
  };
}

/** Returns the cursor of the next page, or null on the last page. */
export function nextCursor(scope: ListScope, page: Page<unknown>): string | null {
  return page.nextBefore === null ? null : writeCursor(scope, page.nextBefore);
}

const SIGNATURE_BYTES = 16;

/** Makes a cursor: the position where the next page starts, signed. */
export function writeCursor(scope: ListScope, position: string): string {
  return Buffer.concat([sign(scope, position), Buffer.from(position, "utf8")]).toString("base64url");
}

/**
 * Reads the position from a cursor.
 * @throws InvalidRequestError the cursor is malformed, was changed, or belongs to another list or customer
 */
export function readCursor(scope: ListScope, cursor: string): string {
  const bytes = Buffer.from(cursor, "base64url");
  const position = bytes.subarray(SIGNATURE_BYTES).toString("utf8");
  const isValid =
    bytes.length > SIGNATURE_BYTES &&
    bytes.toString("base64url") === cursor && // Node ignores characters that are not base64url
    timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), sign(scope, position));
  if (!isValid)
    throw invalidField("cursor", "This cursor does not belong to this list. Send `next_cursor` unchanged.");
  return position;
}

function sign(scope: ListScope, position: string): Buffer {
  const signed = JSON.stringify([scope.list, scope.owner, position]);
  return createHmac("sha256", cursorKey()).update(signed).digest().subarray(0, SIGNATURE_BYTES);
}

/** Derives a key for cursors only, so that nothing signed for another purpose is accepted as a cursor. */
function cursorKey(): Buffer {
  return Buffer.from(hkdfSync("sha256", env().NEXTAUTH_SECRET, "", "brim list cursor", 32));
}
