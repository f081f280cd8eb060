import { type Prisma, prisma, type Tx } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, isId } from "@/lib/platform/ids";
import { type Page, type PageRequest, readPage } from "@/lib/platform/paging";

/** A row of `alert`. */
export type Alert = Prisma.AlertGetPayload<object>;

export type AlertStatus = "open" | "resolved" | "all";

/** Which alerts to list. */
export interface AlertFilter {
  status: AlertStatus;
  kind?: string | undefined;
  customerId?: CustomerId | undefined;
}

/** Lists alerts, newest first. */
export function listAlerts({
  status,
  kind,
  customerId,
  ...request
}: PageRequest & AlertFilter): Promise<Page<Alert>> {
  return readPage(
    request,
    (take, before) =>
      prisma().alert.findMany({
        where: {
          ...(status !== "all" && { resolvedAt: status === "open" ? null : { not: null } }),
          ...(kind !== undefined && { kind }),
          ...(customerId !== undefined && { customerId }),
          ...(before !== undefined && { alertId: { lt: before } }),
        },
        orderBy: { alertId: "desc" }, // ids sort by creation time
        take,
      }),
    ({ alertId }) => alertId,
  );
}

/**
 * Reads an alert.
 *
 * @throws NotFoundError it does not exist
 */
export async function readAlert(alertId: string, tx: Pick<Tx, "alert"> = prisma()): Promise<Alert> {
  const alert = isId("alert", alertId) ? await tx.alert.findFirst({ where: { alertId } }) : null;
  if (!alert) throw new NotFoundError("alert");
  return alert;
}
