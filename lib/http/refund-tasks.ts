import { z } from "zod";
import { listRefundTasks as list, REFUND_TASK_STATUSES, type RefundTask } from "@/lib/alerts";
import type { Page } from "@/lib/platform/paging";
import { operatorRoute } from "./route";
import { listQuery, nextCursor, nextCursorField, readPageRequest } from "./schemas/lists";
import { idField, orNull, timeField } from "./schemas/response-fields";

const refundTask = z
  .strictObject({
    payment_intent_id: z
      .string()
      .meta({ description: "The payment at Stripe.", examples: ["pi_3QxK2eLkdIwHu7ix"] }),
    topup_intent_id: idField("topUp", "The top-up that it was paid for."),
    customer_id: idField("customer", "The customer."),
    amount: z
      .int()
      .min(1)
      .meta({
        description: "The amount received, including tax, in the smallest unit of the currency.",
        examples: [2500],
      }),
    currency: z.string().meta({ description: "The three-letter currency code.", examples: ["usd"] }),
    reason: z.string().meta({
      description: "`second_payment`: paid more than once. `review`: a person decided to give it back.",
      examples: ["second_payment"],
    }),
    status: z.enum(REFUND_TASK_STATUSES).meta({
      description: "`done` when all of it has gone back, `dismissed` when a person resolved its alert.",
      examples: ["open"],
    }),
    created_at: timeField("When the payment was found."),
    resolved_at: orNull(timeField("When it was done or dismissed.")),
  })
  .meta({ id: "RefundTask", description: "A payment that was not credited and must be refunded." });

const refundTaskList = z
  .strictObject({
    refund_tasks: z.array(refundTask).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "RefundTaskList", description: "A page of refund tasks." });

const TASKS = { list: "refund-tasks", owner: "operator" };
const TASK_FILTER = [...REFUND_TASK_STATUSES, "all"] as const;

export const listRefundTasks = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/refund-tasks",
    operationId: "listRefundTasks",
    tag: "Admin",
    summary: "List payments that must be refunded",
    description:
      "Lists payments that were not credited. A task is done when all of the payment has gone back, no matter who refunded it, and opens again if the refund fails.",
    query: z.strictObject({
      status: z
        .enum(TASK_FILTER, { error: `Use one of these: ${TASK_FILTER.join(", ")}.` })
        .default("open")
        .meta({ description: "Return only tasks with this status.", examples: ["open"] }),
      ...listQuery,
    }),
    response: refundTaskList,
  },
  async ({ query }) => presentTasks(await list({ ...readPageRequest(TASKS, query), status: query.status })),
);

function presentTasks(page: Page<RefundTask>) {
  return {
    refund_tasks: page.items.map((task) => ({
      payment_intent_id: task.stripePaymentIntentId,
      topup_intent_id: task.topUpIntentId,
      customer_id: task.customerId,
      amount: task.amountCents,
      currency: task.currency,
      reason: task.reason,
      status: task.status as RefundTask["status"] & (typeof REFUND_TASK_STATUSES)[number],
      created_at: task.createdAt.toISOString(),
      resolved_at: task.resolvedAt?.toISOString() ?? null,
    })),
    next_cursor: nextCursor(TASKS, page),
  } satisfies z.input<typeof refundTaskList>;
}
