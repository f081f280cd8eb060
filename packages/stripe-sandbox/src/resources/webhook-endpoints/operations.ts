import type { ApiRequest, Operation } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import { PINNED_VERSION } from "../../api/version";
import type { Tx } from "../../runtime";
import { markDeleted } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { listOf, textOr, updatedText } from "../param-readers";
import { listOperation } from "../read-operations";
import { buildWebhookEndpoint, insertEndpoint, newWebhookSecret, saveEndpoint } from "./webhook-endpoint";

export const webhookEndpointOperations: readonly Operation[] = [
  { id: "WebhookEndpoints.create", check: checkEndpoint, run: createEndpoint },
  { id: "WebhookEndpoints.retrieve", run: async (tx, request) => (await load(tx, request)).data },
  { id: "WebhookEndpoints.update", check: checkEndpoint, run: updateEndpoint },
  { id: "WebhookEndpoints.del", run: deleteEndpoint },
  listOperation("WebhookEndpoints.list", "webhook_endpoint", []),
];

function checkEndpoint({ params }: ApiRequest): void {
  if (typeof params.url === "string" && !/^https?:\/\/[^\s/]+/.test(params.url)) {
    throw invalidRequest(
      "Invalid URL: An explicit scheme (such as https) must be provided.",
      "url",
      "url_invalid",
    );
  }
  // Payloads of other versions look different. Null takes today's, the only one that there is.
  if (typeof params.api_version === "string" && params.api_version !== PINNED_VERSION) {
    throw invalidRequest(
      `This sandbox makes events in the shapes of ${PINNED_VERSION} only, not in those of ${params.api_version}. Set api_version to ${PINNED_VERSION}, or leave it out: an endpoint without a version gets the same events.`,
      "api_version",
    );
  }
  if (listOf(params.enabled_events)?.length === 0) {
    throw invalidRequest("You must listen to at least one event.", "enabled_events");
  }
}

async function createEndpoint(tx: Tx, { params }: ApiRequest): Promise<Stripe.WebhookEndpoint> {
  const endpoint = buildWebhookEndpoint(tx, {
    url: textOr(params.url, ""),
    enabledEvents: listOf(params.enabled_events)?.map(String) ?? [],
    apiVersion: textOr(params.api_version, null),
    description: textOr(params.description, null),
    metadata: mergeMetadata({}, params.metadata),
  });
  const secret = newWebhookSecret();
  await insertEndpoint(tx, endpoint, { secrets: [secret], configured: false });
  // The only answer that ever shows it.
  return { ...endpoint, secret };
}

async function updateEndpoint(tx: Tx, request: ApiRequest): Promise<Stripe.WebhookEndpoint> {
  const { params } = request;
  const { data: before } = await load(tx, request);
  const after: Stripe.WebhookEndpoint = {
    ...before,
    description: updatedText(params.description, before.description),
    enabled_events: listOf(params.enabled_events)?.map(String) ?? before.enabled_events,
    metadata: mergeMetadata(before.metadata, params.metadata),
    status: params.disabled === undefined ? before.status : params.disabled ? "disabled" : "enabled",
    url: textOr(params.url, before.url),
  };
  await saveEndpoint(tx, after);
  return after;
}

async function deleteEndpoint(tx: Tx, request: ApiRequest): Promise<Stripe.DeletedWebhookEndpoint> {
  const { data } = await load(tx, request);
  const stub: Stripe.DeletedWebhookEndpoint = { id: data.id, object: "webhook_endpoint", deleted: true };
  await markDeleted(tx, stub);
  await tx.query(
    "UPDATE delivery SET state = 'failed', last_error = 'endpoint deleted' WHERE endpoint_id = $1 AND state = 'pending'",
    [data.id],
  );
  return stub;
}

function load(tx: Tx, { ids }: ApiRequest) {
  return loadLive<Stripe.WebhookEndpoint>(tx, "webhook_endpoint", ids.webhook_endpoint ?? "");
}
