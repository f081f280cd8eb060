import type { ApiRequest, Operation } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import { findObjects, insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { listOperation, loadLive, loadReferenced, retrieveOperation } from "../load-object";
import { checkUrl, enumOr, refuseUnsupported, textOr } from "../params";
import {
  applyConfigurationParams,
  type Configuration,
  checkConfiguration,
  configurationSaveOptions,
  emptyConfiguration,
} from "./configurations";

const CONFIGURATION = "billing_portal.configuration";
const CAN_UNSET = ["default_return_url", "name"];

export const billingPortalOperations: readonly Operation[] = [
  {
    id: "BillingPortal.Configurations.create",
    canUnset: CAN_UNSET,
    check: checkConfiguration,
    run: createConfiguration,
  },
  {
    id: "BillingPortal.Configurations.update",
    canUnset: CAN_UNSET,
    check: checkConfiguration,
    run: updateConfiguration,
  },
  retrieveOperation("BillingPortal.Configurations.retrieve", CONFIGURATION, "configuration"),
  listOperation("BillingPortal.Configurations.list", CONFIGURATION, ["active", "is_default"]),
  { id: "BillingPortal.Sessions.create", check: checkPortalSession, run: createPortalSession },
];

async function createConfiguration(tx: Tx, { params }: ApiRequest): Promise<Configuration> {
  const configuration = applyConfigurationParams(tx, emptyConfiguration(tx), params);
  await insertObject(tx, configuration, configurationSaveOptions(configuration));
  await recordEvent(tx, "billing_portal.configuration.created", configuration);
  return configuration;
}

async function updateConfiguration(tx: Tx, { params, ids }: ApiRequest): Promise<Configuration> {
  const { data: before } = await loadLive<Configuration>(tx, CONFIGURATION, ids.configuration ?? "");
  const after = applyConfigurationParams(tx, before, params);
  await updateObject(tx, after, configurationSaveOptions(after));
  await recordEvent(tx, "billing_portal.configuration.updated", after, changedAttributes(before, after));
  return after;
}

export type PortalSession = Stripe.BillingPortal.Session;

/** Stored with a portal session and never returned. */
export interface PortalSecrets extends Record<string, unknown> {
  /** Unix seconds; extended by every visit. */
  expiresAt: number;
}

/** An unused link expires after five minutes; a visit extends it to an hour. */
const UNVISITED_SECONDS = 5 * 60;
export const VISITED_SECONDS = 3_600;

const UNSUPPORTED = ["after_expiration", "customer_account", "flow_data", "on_behalf_of"];

function checkPortalSession({ params }: ApiRequest): void {
  refuseUnsupported(params, UNSUPPORTED);
  if (params.customer === undefined) throw missingParameter("customer");
  checkUrl(params.return_url, "return_url");
}

async function createPortalSession(tx: Tx, { params }: ApiRequest): Promise<PortalSession> {
  const customer = textOr(params.customer, "");
  await loadReferenced(tx, "customer", customer, "customer");
  const configuration = await configurationFor(tx, params);
  const token = `test_${randomLetters(48)}`;
  const session: PortalSession = {
    id: newStripeId("bps"),
    object: "billing_portal.session",
    configuration: configuration.id,
    created: tx.now,
    customer,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: enumOr(params.locale, null),
    on_behalf_of: null,
    return_url: textOr(params.return_url, configuration.default_return_url),
    url: `${tx.publicUrl}/p/session/${token}`,
  };
  const secrets: PortalSecrets = { expiresAt: tx.now + UNVISITED_SECONDS };
  await insertObject(tx, session, { refs: { customer, token }, private: secrets });
  await recordEvent(tx, "billing_portal.session.created", session);
  return session;
}

async function configurationFor(tx: Tx, params: Params): Promise<Configuration> {
  const type = "billing_portal.configuration";
  if (typeof params.configuration === "string") {
    const { data } = await loadReferenced<Configuration>(tx, type, params.configuration, "configuration");
    if (data.active) return data;
    throw invalidRequest(`The configuration ${data.id} is not active.`, "configuration");
  }
  const [byDefault] = await findObjects<Configuration>(tx, type, { is_default: true, active: true });
  if (byDefault) return byDefault.data;
  throw invalidRequest(
    "No configuration provided and your test mode default configuration has not been created. Provide a configuration or create your default by saving your customer portal settings in test mode at https://dashboard.stripe.com/test/settings/billing/portal.",
  );
}
