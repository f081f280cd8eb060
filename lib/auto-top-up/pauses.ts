import type { OperatorActor } from "@/lib/auth";
import { recordAction } from "@/lib/operator-actions";
import { type Prisma, prisma, type Tx, withTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { wakeAutoTopUp } from "./wake";

/** A row of `auto_topup_pause`. */
export type AutoTopUpPause = Prisma.AutoTopUpPauseGetPayload<object>;

/** The scope of a pause of all customers. */
const ALL = "all";

const scopeOf = (customerId: CustomerId | null) => customerId ?? ALL;

/**
 * Pauses automatic charges, of one customer or of all. From then on none is started; one that was already sent to Stripe is
 * completed. Rules keep their settings. Pausing again changes only the reason.
 *
 * @param customerId null for all customers
 */
export function pauseAutoTopUp(
  by: OperatorActor | null,
  change: { customerId: CustomerId | null; reason: string },
  now: Date,
): Promise<AutoTopUpPause> {
  const { customerId, reason } = change;
  const scope = scopeOf(customerId);
  return withTransaction(async (tx) => {
    await recordAction(tx, { verb: "pause_auto_top_up", by, subjectId: scope, customerId, reason });
    const stored = { reason, apiKeyId: by?.apiKeyId ?? null };
    return tx.autoTopUpPause.upsert({
      where: { scope },
      create: { scope, ...stored, pausedAt: now },
      update: stored,
    });
  });
}

/** Ends a pause. Rules that are due are evaluated by the next sweep at the latest. Ending none changes nothing. */
export function resumeAutoTopUp(
  by: OperatorActor | null,
  change: { customerId: CustomerId | null; reason: string },
): Promise<void> {
  const { customerId, reason } = change;
  const scope = scopeOf(customerId);
  return withTransaction(async (tx) => {
    const { count } = await tx.autoTopUpPause.deleteMany({ where: { scope } });
    if (count === 0) return;
    await recordAction(tx, { verb: "resume_auto_top_up", by, subjectId: scope, customerId, reason });
    if (customerId) await wakeAutoTopUp(tx, customerId);
  });
}

/** Whether the operator has paused a customer's automatic charges, or those of all. */
export async function isPaused(customerId: CustomerId, tx: Tx = prisma()): Promise<boolean> {
  return (await tx.autoTopUpPause.count({ where: { scope: { in: [customerId, ALL] } } })) > 0;
}

/** Reads the pause of one customer, or that of all. */
export function findPause(customerId: CustomerId | null): Promise<AutoTopUpPause | null> {
  return prisma().autoTopUpPause.findUnique({ where: { scope: scopeOf(customerId) } });
}
