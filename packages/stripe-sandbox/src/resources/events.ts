import { createdConditions, readPage } from "../api/list";
import type { ApiRequest, Operation } from "../api/operation";
import { invalidRequest, noSuchObject } from "../api/stripe-error";
import { type EventRow, eventColumns, presentEvent } from "../events/present-event";
import type { Tx } from "../runtime";
import type { Stripe } from "../stripe-types";
import { queueRedelivery } from "../webhooks/delivery-queue";
import { loadReferenced } from "./load-object";
import { listOf, onlyOneOf, textOr, textsOf } from "./params";

const RETENTION_SECONDS = 30 * 86_400;

export const eventOperations: readonly Operation[] = [
  { id: "Events.retrieve", run: retrieveEvent },
  { id: "Events.list", check: checkList, run: listEvents },
  { id: "Events.retry", check: checkRetry, run: retryEvent },
];

async function retrieveEvent(tx: Tx, { ids }: ApiRequest) {
  const id = ids.id ?? "";
  const [row] = await tx.query<EventRow>(
    `SELECT ${eventColumns} FROM event WHERE id = $1 AND created >= $2`,
    [id, tx.now - RETENTION_SECONDS],
  );
  if (!row) throw noSuchObject("event", id, "id");
  return presentEvent(row);
}

function checkRetry({ params }: ApiRequest): void {
  if (params.account !== undefined) throw invalidRequest("This sandbox has only one account.", "account");
}

/** Sends the event again, to one endpoint or to all, without waiting for their responses. */
async function retryEvent(tx: Tx, request: ApiRequest) {
  const event = await retrieveEvent(tx, request);
  const endpointId = textOr(request.params.webhook_endpoint, undefined);
  if (endpointId) {
    const param = "webhook_endpoint";
    const { data } = await loadReferenced<Stripe.WebhookEndpoint>(tx, param, endpointId, param);
    if (data.status !== "enabled") throw invalidRequest(`The endpoint ${endpointId} is disabled.`, param);
  }
  await queueRedelivery(tx, {
    eventId: event.id,
    kind: "resend",
    times: 1,
    nowMs: tx.now * 1000,
    endpointId,
  });
  return retrieveEvent(tx, request);
}

function checkList({ params }: ApiRequest): void {
  const types = listOf(params.types);
  if (types && params.type) throw onlyOneOf(["type", "types"], "type");
  if (types && types.length > 20) throw invalidRequest("You may specify at most 20 types.", "types");
}

function listEvents(tx: Tx, request: ApiRequest) {
  const { params } = request;
  const values: unknown[] = [tx.now - RETENTION_SECONDS];
  const where = ["event.created >= $1"];
  const types = textsOf(params.types) ?? (typeof params.type === "string" ? [params.type] : []);
  if (types.length > 0) {
    values.push(types.map(likePattern));
    where.push(`event.type LIKE ANY($${values.length})`);
  }
  if (typeof params.delivery_success === "boolean") where.push(delivered(params.delivery_success));
  where.push(...createdConditions(request, "event", values));
  return readPage<EventRow>(tx, request, {
    table: "event",
    columns: eventColumns,
    noun: "event",
    where,
    values,
    present: presentEvent,
  });
}

/** `charge.*` matches all events of charges. */
function likePattern(type: string): string {
  return type.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%");
}

function delivered(success: boolean): string {
  const undelivered = `EXISTS (
    SELECT 1 FROM delivery d WHERE d.event_id = event.id AND NOT EXISTS (
      SELECT 1 FROM delivery ok
      WHERE ok.event_id = d.event_id AND ok.endpoint_id = d.endpoint_id AND ok.state = 'succeeded'))`;
  return success ? `NOT ${undelivered}` : undelivered;
}
