import { randomUUID } from "node:crypto";
import type pg from "pg";
import { CHARGE } from "@/lib/ledger";

/** Amount of a charge in nano-dollars, so small that no balance runs out. */
export const AMOUNT_NANOS = 1_000n;

let chargesMade = 0;

/**
 * The baseline: the statement of a charge as a named prepared statement with node-postgres. As in the product, the id sorts by
 * time and the key is random, so that the load on the indexes is the same.
 */
export async function chargeBySql(pool: pg.Pool, customerId: string): Promise<number> {
  const { rows } = await pool.query({
    name: CHARGE.name,
    text: CHARGE.text,
    values: chargeValues(customerId),
  });
  if (rows.length !== 1) throw new Error("The statement charged nothing.");
  return 1;
}

/** Returns the values of a charge with a new id and key. */
export function chargeValues(customerId: string): (string | null)[] {
  chargesMade += 1;
  const id = `chg_${Date.now().toString(16).padStart(12, "0")}${chargesMade.toString(16).padStart(14, "0")}`;
  return [
    customerId,
    AMOUNT_NANOS.toString(),
    id,
    "operator",
    randomUUID(),
    REQUEST_HASH,
    null,
    "{}",
    KEY_ID,
    "false",
  ];
}

const REQUEST_HASH = "0".repeat(43);

/** The API key id that is stored with each charge. */
export const KEY_ID = `key_${"0".repeat(26)}` as const;
