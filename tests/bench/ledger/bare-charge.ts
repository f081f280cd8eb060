import { randomUUID } from "node:crypto";
import type pg from "pg";
import { CHARGE } from "@/lib/ledger";

/** What a charge in these measurements costs, in billionths of a dollar: nobody runs out of money. */
export const AMOUNT_NANOS = 1_000n;

let chargesMade = 0;

/**
 * The floor: the very statement that posts a charge, prepared by name, with node-postgres and nothing around it. The
 * id sorts by time and the key is random, as in the product, so that both put the same load on the indexes.
 */
export async function chargeBySql(pool: pg.Pool, customerId: string): Promise<number> {
  const { rows } = await pool.query({
    name: CHARGE.name,
    text: CHARGE.text,
    values: chargeValues(customerId),
  });
  if (rows.length !== 1) throw new Error("The bare statement charged nothing.");
  return 1;
}

/** The values of one charge, with an id and a key of its own. */
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

/** An API key's id as it is written beside each charge. */
export const KEY_ID = `key_${"0".repeat(26)}` as const;
