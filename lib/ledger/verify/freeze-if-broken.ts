import type { ClientBase, Pool } from "pg";
import { type Alert, raiseAlert } from "@/lib/platform/alerts";
import { onClient } from "@/lib/platform/db";
import { CHAIN_CHECKS } from "./checks/chain";
import { runCheck } from "./customer-range";
import type { Finding } from "./finding";
import { inLongTransaction, WRITES } from "./long-transaction";

/**
 * Checks one customer's balance again with the account locked, and freezes the account if it is still wrong. Raises one alert,
 * however often this happens; an alert that was resolved is raised again.
 *
 * @returns the broken rules; empty if none is broken any more
 */
export function freezeIfBroken(pool: Pool, customerId: string, now: Date): Promise<Finding[]> {
  return inLongTransaction(pool, WRITES, async (client) => {
    await client.query("SELECT 1 FROM ledger_account WHERE customer_id = $1 FOR UPDATE", [customerId]);
    const proof = await checkChain(client, customerId);
    if (proof.length === 0) return [];
    await client.query(
      "UPDATE ledger_account SET status = 'frozen', frozen_by = NULL WHERE customer_id = $1 AND status <> 'closed'",
      [customerId],
    );
    await raiseAlert(onClient(client), alertOf(customerId, proof), now);
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

function alertOf(customerId: string, proof: readonly Finding[]): Alert {
  return {
    customerId,
    kind: "ledger_broken",
    subjectId: customerId,
    message: `The balance is inconsistent, and the account was frozen. ${proof.map((one) => one.message).join(" ")}`,
    details: Object.fromEntries(proof.map((one) => [one.check, one.message])),
  };
}
