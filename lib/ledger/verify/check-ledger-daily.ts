import { reportFailedItem } from "@/lib/platform/alerts";
import { pool } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { CHAIN_CHECKS } from "./checks/chain";
import type { Finding, ModuleChecks } from "./finding";
import { freezeIfBroken } from "./freeze-if-broken";
import { raiseFindings } from "./raise-findings";
import { verifyLedger } from "./verify-ledger";

/** The result of a daily check. */
export interface DailyCheck {
  /** How many rules are broken, each counted once per customer. */
  findings: number;
  /** Customers whose balance is inconsistent. Their accounts are now frozen. */
  broken: string[];
}

/**
 * Verifies the ledger and raises an alert for every finding. The account of a customer whose balance cannot be trusted is
 * frozen until a person has looked at it; top-ups and refunds still post.
 *
 * @param now the time of the alerts
 */
export async function checkLedgerDaily(now: Date, modules: readonly ModuleChecks[]): Promise<DailyCheck> {
  const { findings } = await verifyLedger(pool(), modules, { maxFindings: Number.POSITIVE_INFINITY });
  for (const { message, ...finding } of findings) log().error(finding, `ledger check failed: ${message}`);
  await raiseFindings(pool(), findings.filter(isNotOfChain), now);
  const broken: string[] = [];
  for (const customerId of customersToFreeze(findings)) {
    const proof = await checkAgain(customerId, now);
    if (proof.length === 0) continue;
    broken.push(customerId);
    log().error(
      { customerId, checks: proof.map(({ check }) => check) },
      "a customer's ledger is inconsistent; the account was frozen",
    );
  }
  return { findings: findings.length, broken };
}

/** A customer that cannot be checked again is reported once, and the others are still checked. */
async function checkAgain(customerId: string, now: Date): Promise<Finding[]> {
  try {
    return await freezeIfBroken(pool(), customerId, now);
  } catch (error) {
    const message = "A customer whose ledger seems inconsistent could not be rechecked.";
    await reportFailedItem({ customerId, kind: "ledger_not_checked", subjectId: customerId, message }, error);
    return [];
  }
}

const CHAIN_NAMES: ReadonlySet<string> = new Set(CHAIN_CHECKS.map(({ name }) => name));

/** A broken chain has an alert of its own, raised under the account's lock. */
function isNotOfChain({ check }: Finding): boolean {
  return !CHAIN_NAMES.has(check);
}

function customersToFreeze(findings: readonly Finding[]): Set<string> {
  return new Set(
    findings.flatMap(({ check, customerId }) =>
      customerId !== null && CHAIN_NAMES.has(check) ? [customerId] : [],
    ),
  );
}
