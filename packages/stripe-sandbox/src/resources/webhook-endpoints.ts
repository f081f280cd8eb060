import type { ApiRequest, Operation } from "../api/operation";
import { invalidRequest } from "../api/stripe-error";
import { PINNED_VERSION } from "../api/version";
import type { ConfiguredEndpoint } from "../options";
import type { Tx } from "../runtime";
import type { Row } from "../store/database";
import { newStripeId, randomLetters } from "../store/ids";
import { insertObject, markDeleted, updateObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import type { EndpointSecrets } from "../webhooks/sign-payload";
import { listOperation, loadLive } from "./load-object";
import { listOf, mergeMetadata, textOr, textsOf, updatedText } from "./params";

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
  // Events have today's shapes only. Null means today's version.
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
    enabledEvents: textsOf(params.enabled_events) ?? [],
    apiVersion: textOr(params.api_version, null),
    description: textOr(params.description, null),
    metadata: mergeMetadata({}, params.metadata),
  });
  const secret = newWebhookSecret();
  await insertEndpoint(tx, endpoint, { secrets: [secret], configured: false });
  // The only response that contains the secret.
  return { ...endpoint, secret };
}

async function updateEndpoint(tx: Tx, request: ApiRequest): Promise<Stripe.WebhookEndpoint> {
  const { params } = request;
  const { data: before } = await load(tx, request);
  const after: Stripe.WebhookEndpoint = {
    ...before,
    description: updatedText(params.description, before.description),
    enabled_events: textsOf(params.enabled_events) ?? before.enabled_events,
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

export function newWebhookSecret(): string {
  return `whsec_${randomLetters(32)}`;
}

interface WebhookEndpointInput {
  url: string;
  enabledEvents: string[];
  apiVersion: string | null;
  description: string | null;
  metadata: Record<string, string>;
}

function buildWebhookEndpoint(tx: Tx, input: WebhookEndpointInput): Stripe.WebhookEndpoint {
  return {
    id: newStripeId("we"),
    object: "webhook_endpoint",
    api_version: input.apiVersion,
    application: null,
    created: tx.now,
    description: input.description,
    enabled_events: input.enabledEvents,
    livemode: false,
    metadata: input.metadata,
    status: "enabled",
    url: input.url,
  };
}

async function insertEndpoint(
  tx: Tx,
  endpoint: Stripe.WebhookEndpoint,
  secrets: EndpointSecrets,
): Promise<void> {
  await insertObject(tx, endpoint, { private: secrets });
  await saveEndpoint(tx, endpoint);
}

/** Also updates the refs that events are matched against. */
export async function saveEndpoint(
  tx: Tx,
  endpoint: Stripe.WebhookEndpoint,
  secrets?: EndpointSecrets,
): Promise<void> {
  await updateObject(tx, endpoint, {
    refs: { status: endpoint.status, enabled_events: endpoint.enabled_events },
    ...(secrets && { private: secrets }),
  });
}

/** Creates or updates the endpoint of the sandbox's settings. */
export async function upsertConfiguredEndpoint(
  tx: Tx,
  configured: ConfiguredEndpoint | undefined,
): Promise<void> {
  if (!configured) return;
  const enabledEvents = configured.enabledEvents ?? ["*"];
  const secrets: EndpointSecrets = {
    secrets: [configured.secret],
    configured: true,
    configuredSecret: configured.secret,
  };
  const [row] = await tx.query<Row & { data: Stripe.WebhookEndpoint; private: EndpointSecrets }>(
    `SELECT data, private FROM object WHERE type = 'webhook_endpoint' AND NOT deleted
       AND (private ->> 'configured')::boolean ORDER BY seq LIMIT 1 FOR UPDATE`,
  );
  if (row) {
    const endpoint = { ...row.data, url: configured.url, enabled_events: enabledEvents, status: "enabled" };
    const isSame = (row.private.configuredSecret ?? row.private.secrets[0]) === configured.secret;
    return saveEndpoint(tx, endpoint, isSame ? row.private : secrets);
  }
  const endpoint = buildWebhookEndpoint(tx, {
    url: configured.url,
    enabledEvents,
    apiVersion: PINNED_VERSION,
    description: "From the sandbox's configuration",
    metadata: {},
  });
  return insertEndpoint(tx, endpoint, secrets);
}
