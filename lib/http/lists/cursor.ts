import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { env } from "@/lib/platform/env";
import { invalidField } from "@/lib/platform/errors";

/** The list that a cursor belongs to. It is part of the signature and not of the cursor. */
export interface CursorOf {
  /** The list's name: a cursor of another list is refused. */
  list: string;
  /** Whose list: the customer, or `operator` for lists of the whole installation. */
  owner: string;
}

const MAC_BYTES = 16;

/**
 * Makes the cursor that leads to the next page: where it begins, signed. It carries no filters; the caller repeats them.
 *
 * @param position where to read on, in the list's own words
 */
export function writeCursor(of: CursorOf, position: string): string {
  return Buffer.concat([macOf(of, position), Buffer.from(position, "utf8")]).toString("base64url");
}

/**
 * Reads the position from a cursor.
 *
 * @throws InvalidRequestError naming `cursor`: malformed, changed, of another list or of another customer
 */
export function readCursor(of: CursorOf, cursor: string): string {
  const bytes = Buffer.from(cursor, "base64url");
  const position = bytes.subarray(MAC_BYTES).toString("utf8");
  const isOurs =
    bytes.length > MAC_BYTES &&
    bytes.toString("base64url") === cursor && // Node reads over characters that do not belong
    timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(of, position));
  if (!isOurs)
    throw invalidField("cursor", "This is not a cursor of this list: send `next_cursor` as it came.");
  return position;
}

function macOf(of: CursorOf, position: string): Buffer {
  const signed = JSON.stringify([of.list, of.owner, position]);
  return createHmac("sha256", cursorKey()).update(signed).digest().subarray(0, MAC_BYTES);
}

/** Its own key, so that nothing signed for another purpose passes for a cursor. */
function cursorKey(): Buffer {
  return Buffer.from(hkdfSync("sha256", env().NEXTAUTH_SECRET, "", "brim list cursor", 32));
}
