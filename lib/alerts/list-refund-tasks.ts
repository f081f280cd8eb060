import { type Prisma, prisma } from "@/lib/platform/db";
import { type Page, type PageRequest, readPage } from "@/lib/platform/paging";

/** A row of `refund_task`. */
export type RefundTask = Prisma.RefundTaskGetPayload<object>;

/** A CHECK in the database has the same list. */
export const REFUND_TASK_STATUSES = ["open", "done", "dismissed"] as const;
export type RefundTaskStatus = (typeof REFUND_TASK_STATUSES)[number];

/** Lists payments that must be refunded because they were not credited, newest first. */
export function listRefundTasks({
  status,
  ...request
}: PageRequest & { status: RefundTaskStatus | "all" }): Promise<Page<RefundTask>> {
  return readPage(
    request,
    (take, before) =>
      prisma().refundTask.findMany({
        where: { ...(status !== "all" && { status }), ...(before !== undefined && isBefore(before)) },
        orderBy: [{ createdAt: "desc" }, { stripePaymentIntentId: "desc" }],
        take,
      }),
    ({ createdAt, stripePaymentIntentId }) => `${createdAt.toISOString()} ${stripePaymentIntentId}`,
  );
}

function isBefore(position: string): Prisma.RefundTaskWhereInput {
  const [time = "", paymentIntentId = ""] = position.split(" ");
  const createdAt = new Date(time);
  return {
    OR: [{ createdAt: { lt: createdAt } }, { createdAt, stripePaymentIntentId: { lt: paymentIntentId } }],
  };
}
