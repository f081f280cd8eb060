import { PINNED_VERSION } from "../../api/version";
import type { ConfiguredEndpoint } from "../../options";
import type { Tx } from "../../runtime";
import type { Row } from "../../store/database";
import type { Stripe } from "../../stripe-types";
import type { EndpointSecrets } from "../../webhooks/sign-payload";
import { buildWebhookEndpoint, insertEndpoint, saveEndpoint } from "./webhook-endpoint";

/** Makes the endpoint from the configuration exist exactly once, with today's address, secret and events. */
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
