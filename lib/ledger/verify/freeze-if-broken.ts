import type { ClientBase, Pool } from "pg";
import { newId } from "@/lib/platform/ids";
import { CHAIN_CHECKS } from "./checks/chain";
import { runCheck } from "./customer-range";
import type { Finding } from "./finding";
import { inLongTransaction, WRITES } from "./long-transaction";

/**
 * Checks one customer's balance again, with the account locked so that nothing moves, and freezes the account if it is
 * still wrong. One alert tells of it, however often it is seen; one that was resolved comes back.
 *
 * @returns what is broken; nothing when it is no longer so
 */
export function freezeIfBroken(pool: Pool, customerId: string, now: Date): Promise<Finding[]> {
  return inLongTransaction(pool, WRITES, async (client) => {
    await client.query("SELECT 1 FROM ledger_account WHERE customer_id = $1 FOR UPDATE", [customerId]);
    const proof = await checkChain(client, customerId);
    if (proof.length === 0) return [];
    await client.query(
      "UPDATE ledger_account SET status = 'frozen' WHERE customer_id = $1 AND status = 'active'",
      [customerId],
    );
    await raiseAlert(client, customerId, proof, now);
    return proof;
  });
}

async function checkChain(client: ClientBase, customerId: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of CHAIN_CHECKS) {
    findings.push(...(await runCheck(client, check, { only: customerId }, 1)));
  }
  return findings;
}

async function raiseAlert(
  client: ClientBase,
  customerId: string,
  proof: readonly Finding[],
  now: Date,
): Promise<void> {
  const message = `The balance cannot be trusted, and the account is frozen. ${proof.map((one) => one.message).join(" ")}`;
  const details = Object.fromEntries(proof.map((one) => [one.check, one.message]));
  await client.query(
    `INSERT INTO alert (customer_id, alert_id, kind, subject_id, message, details, created_at)
     VALUES ($1, $2, 'ledger_broken', $1, $3, $4, $5)
     ON CONFLICT (customer_id, kind, subject_id) DO UPDATE
     SET message = excluded.message, details = excluded.details, created_at = excluded.created_at, resolved_at = NULL
     WHERE alert.resolved_at IS NOT NULL`,
    [customerId, newId("alert"), message, JSON.stringify(details), now],
  );
}
