import { type Prisma, prisma } from "@/lib/platform/db";
import type { OperatorVerb } from "./record-action";

/** One page of what was done, newest first. */
export interface ActionPage {
  actions: Prisma.OperatorActionGetPayload<object>[];
  /** What to ask for as `before` to read on; null on the last page. */
  nextBefore: string | null;
}

/** Lists the operator's actions of one kind, for all customers or one. */
export async function listActions(options: {
  verb: OperatorVerb;
  customerId?: string | undefined;
  before?: string | undefined;
  limit: number;
}): Promise<ActionPage> {
  const { verb, customerId, before, limit } = options;
  const rows = await prisma().operatorAction.findMany({
    where: {
      verb,
      ...(customerId !== undefined && { customerId }),
      ...(before !== undefined && { actionId: { lt: before } }),
    },
    orderBy: { actionId: "desc" }, // an id begins with the time of its making
    take: limit + 1, // one more tells whether there is a next page
  });
  const actions = rows.slice(0, limit);
  return { actions, nextBefore: rows.length > limit ? (actions.at(-1)?.actionId ?? null) : null };
}
