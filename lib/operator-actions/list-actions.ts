import { type Prisma, prisma } from "@/lib/platform/db";
import { type Page, type PageRequest, readPage } from "@/lib/platform/paging";
import type { OperatorVerb } from "./record-action";

export type OperatorAction = Prisma.OperatorActionGetPayload<object>;

/** Lists what was done of one kind, to all customers or to one. */
export function listActions({
  verb,
  customerId,
  ...request
}: PageRequest & { verb: OperatorVerb; customerId?: string | undefined }): Promise<Page<OperatorAction>> {
  return readPage(
    request,
    (take, before) =>
      prisma().operatorAction.findMany({
        where: {
          verb,
          ...(customerId !== undefined && { customerId }),
          ...(before !== undefined && { actionId: { lt: before } }),
        },
        orderBy: { actionId: "desc" }, // ids sort by creation time
        take,
      }),
    ({ actionId }) => actionId,
  );
}
