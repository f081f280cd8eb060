import { z } from "zod";
import * as alerts from "@/lib/alerts";
import { OPERATOR_ALERTS } from "@/lib/platform/alerts";
import type { Page } from "@/lib/platform/paging";
import { operatorRoute } from "./route";
import { listQuery, nextCursor, nextCursorField, readPageRequest } from "./schemas/lists";
import { customerIdInput, pathId } from "./schemas/request-fields";
import { idField, orNull, timeField } from "./schemas/response-fields";
import { plainText } from "./schemas/text";

const alertResponse = z
  .strictObject({
    alert_id: idField("alert", "The id of the alert."),
    customer_id: orNull(idField("customer", "The customer. Null if it concerns the whole installation.")),
    kind: z.string().meta({ description: "What kind of problem it is.", examples: ["second_payment"] }),
    subject_id: z.string().meta({
      description: "The id of the payment, top-up or other object that it is about.",
      examples: ["pi_3QxK2eLkdIwHu7ix0abcd123"],
    }),
    message: z.string().meta({
      description: "What happened.",
      examples: ["A top-up was paid twice. The second payment was not credited and must be refunded."],
    }),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).meta({
      description: "The facts that a person needs, by name.",
      examples: [{ currency: "usd" }],
    }),
    status: z.enum(["open", "resolved"]).meta({ description: "The status.", examples: ["open"] }),
    created_at: timeField("When it was raised, or raised again."),
    resolved_at: orNull(timeField("When it was resolved. Null while it is open.")),
  })
  .meta({ id: "Alert", description: "A problem that needs a person." });

const alertListResponse = z
  .strictObject({
    alerts: z.array(alertResponse).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "AlertList", description: "A page of alerts." });

const STATUSES = ["open", "resolved", "all"] as const;
const LIST = { list: "alerts", owner: "operator" };

export const listAlerts = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/alerts",
    operationId: "listAlerts",
    tag: "Admin",
    summary: "List alerts, newest first",
    description:
      "Lists what needs a person. Many alerts are resolved automatically when the problem is gone. An alert that is raised again keeps its id and its place in the list.",
    query: z.strictObject({
      status: z
        .enum(STATUSES, { error: `Use one of these: ${STATUSES.join(", ")}.` })
        .default("open")
        .meta({ description: "Return only alerts with this status.", examples: ["open"] }),
      kind: z
        .string()
        .regex(/^[a-z_]{1,64}$/, "A kind has lowercase letters and underscores.")
        .optional()
        .meta({ description: "Return only alerts of this kind.", examples: ["second_payment"] }),
      customer_id: customerIdInput.optional().meta({ description: "Return only this customer's alerts." }),
      ...listQuery,
    }),
    response: alertListResponse,
  },
  async ({ query }) =>
    presentAlerts(
      await alerts.listAlerts({
        ...readPageRequest(LIST, query),
        status: query.status,
        kind: query.kind,
        customerId: query.customer_id,
      }),
    ),
);

function presentAlerts(page: Page<alerts.Alert>) {
  return {
    alerts: page.items.map(presentAlert),
    next_cursor: nextCursor(LIST, page),
  } satisfies z.input<typeof alertListResponse>;
}

const alertPath = z.object({ alert_id: pathId("alert", "alert") });

export const getAlert = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/alerts/{alert_id}",
    operationId: "getAlert",
    tag: "Admin",
    summary: "Get an alert",
    description: "Returns the alert, whether it is open or resolved.",
    params: alertPath,
    response: alertResponse,
  },
  async ({ params }) => presentAlert(await alerts.readAlert(params.alert_id)),
);

const resolveAlertBody = z
  .strictObject({
    reason: plainText("The reason", 500).meta({
      description: "What was done, for the audit log.",
      examples: ["Paid back by bank transfer on 3 November"],
    }),
  })
  .meta({
    id: "AlertResolutionInput",
    description: "Why the alert is resolved.",
    examples: [{ reason: "Paid back by bank transfer on 3 November" }],
  });

export const resolveAlert = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/alerts/{alert_id}/resolve",
    operationId: "resolveAlert",
    tag: "Admin",
    summary: "Resolve an alert",
    description: [
      "Says that a person has dealt with the problem. If it remains, a later check raises the alert again. Resolving a resolved alert has no effect.",
      "Resolving `second_payment` also dismisses its refund task. Resolving `top_up_needs_review` also ends the review: the top-up becomes `canceled`, and nothing is credited or refunded. To credit or refund it, resolve the top-up instead.",
    ].join("\n\n"),
    params: alertPath,
    body: resolveAlertBody,
    response: alertResponse,
    responseDescription: "The resolved alert.",
  },
  async ({ actor, body, params }) =>
    presentAlert(await alerts.resolveAlert(actor, { alertId: params.alert_id, reason: body.reason })),
);

function presentAlert(alert: alerts.Alert) {
  // `isGone` only tells the next check that the problem was gone in between.
  const { isGone: _, ...details } = alert.details as Record<string, string | number | null>;
  return {
    alert_id: alert.alertId,
    customer_id: alert.customerId === OPERATOR_ALERTS ? null : alert.customerId,
    kind: alert.kind,
    subject_id: alert.subjectId,
    message: alert.message,
    details,
    status: alert.resolvedAt ? "resolved" : "open",
    created_at: alert.createdAt.toISOString(),
    resolved_at: alert.resolvedAt?.toISOString() ?? null,
  } satisfies z.input<typeof alertResponse>;
}
