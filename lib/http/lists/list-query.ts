import { z } from "zod";
import { type CursorOf, readCursor } from "./cursor";

/** The parameters that every list takes. Values of a query are texts, so the number is a pattern. */
export const listQuery = {
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, "Use a whole number from 1 to 100.")
    .default("20")
    .meta({
      description: "How many to answer, 1 to 100.",
      asParameter: { type: "integer", minimum: 1, maximum: 100, default: 20 },
    }),
  cursor: z.string().max(1_024).optional().meta({
    description: "`next_cursor` of the page before. Repeat the filters: the cursor does not carry them.",
  }),
};

/** Where a page begins and how long it is. */
export interface PageRequest {
  limit: number;
  /** In the list's own words; null for the first page. */
  position: string | null;
}

/**
 * Reads the parameters of a list.
 * @throws InvalidRequestError naming `cursor`
 */
export function readPage(of: CursorOf, query: { limit: string; cursor?: string | undefined }): PageRequest {
  return {
    limit: Number(query.limit),
    position: query.cursor === undefined ? null : readCursor(of, query.cursor),
  };
}
