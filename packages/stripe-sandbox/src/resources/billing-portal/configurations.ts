import type { ApiRequest } from "../../api/operation";
import type { Params, ParamValue } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { findObjects, type SaveOptions, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive } from "../load-object";
import {
  booleanOr,
  checkUrl,
  enumOr,
  isEnabled,
  listOf,
  mapOf,
  mergeMetadata,
  notSupported,
  textsOf,
  updatedText,
} from "../params";

export type Configuration = Stripe.BillingPortal.Configuration;
type Features = Configuration["features"];

/** A configuration made through the API is never the account's default. */
export function emptyConfiguration(tx: Tx): Configuration {
  return {
    id: newStripeId("bpc"),
    object: "billing_portal.configuration",
    active: true,
    application: null,
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    created: tx.now,
    default_return_url: null,
    features: {
      customer_update: { allowed_updates: [], enabled: false },
      invoice_history: { enabled: false },
      payment_method_update: { enabled: false, payment_method_configuration: null },
      subscription_cancel: {
        cancellation_reason: { enabled: false, feedback_options: null, options: [] },
        enabled: false,
        mode: "at_period_end",
        proration_behavior: "none",
      },
      subscription_pause: { duration: { interval_options: [], type: "indefinite" }, enabled: false },
      subscription_update: {
        billing_cycle_anchor: null,
        default_allowed_updates: [],
        enabled: false,
        products: null,
        proration_behavior: "none",
        schedule_at_period_end: { conditions: [] },
        trial_update_behavior: "end_trial",
      },
    },
    is_default: false,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: {},
    name: null,
    updated: tx.now,
  };
}

/** Applies the parameters of a create or an update. */
export function applyConfigurationParams(tx: Tx, current: Configuration, params: Params): Configuration {
  const profile = mapOf(params.business_profile);
  const before = current.business_profile;
  return {
    ...current,
    active: booleanOr(params.active, current.active),
    business_profile: {
      headline: updatedText(profile?.headline, before.headline),
      privacy_policy_url: updatedText(profile?.privacy_policy_url, before.privacy_policy_url),
      terms_of_service_url: updatedText(profile?.terms_of_service_url, before.terms_of_service_url),
    },
    default_return_url: updatedText(params.default_return_url, current.default_return_url),
    features: applyFeatures(current.features, mapOf(params.features) ?? {}),
    metadata: mergeMetadata(current.metadata, params.metadata),
    name: updatedText(params.name, current.name),
    updated: tx.now,
  };
}

function applyFeatures(current: Features, change: Params): Features {
  return {
    ...current,
    customer_update: customerUpdate(current.customer_update, change.customer_update),
    invoice_history: { enabled: enabledOr(change.invoice_history, current.invoice_history.enabled) },
    payment_method_update: {
      ...current.payment_method_update,
      enabled: enabledOr(change.payment_method_update, current.payment_method_update.enabled),
    },
    subscription_cancel: subscriptionCancel(current.subscription_cancel, change.subscription_cancel),
  };
}

function subscriptionCancel(
  current: Features["subscription_cancel"],
  change: ParamValue | undefined,
): Features["subscription_cancel"] {
  const given = mapOf(change);
  const reason = mapOf(given?.cancellation_reason);
  const { cancellation_reason: before } = current;
  const options = reason ? textsOf(reason.options) : before.options;
  return {
    cancellation_reason: {
      ...before,
      enabled: enabledOr(given?.cancellation_reason, before.enabled),
      options: (options ?? []) as typeof before.options,
    },
    enabled: enabledOr(change, current.enabled),
    mode: enumOr(given?.mode, current.mode),
    proration_behavior: enumOr(given?.proration_behavior, current.proration_behavior),
  };
}

function customerUpdate(
  current: Features["customer_update"],
  change: ParamValue | undefined,
): Features["customer_update"] {
  const given = mapOf(change)?.allowed_updates;
  const allowed = given === undefined ? current.allowed_updates : (listOf(given) ?? []).map(String);
  return {
    allowed_updates: allowed as Features["customer_update"]["allowed_updates"],
    enabled: enabledOr(change, current.enabled),
  };
}

function enabledOr(change: ParamValue | undefined, current: boolean): boolean {
  return mapOf(change)?.enabled === undefined ? current : isEnabled(change);
}

export function configurationSaveOptions(configuration: Configuration): SaveOptions {
  return { refs: { active: configuration.active, is_default: configuration.is_default } };
}

/** `subscription_cancel` is accepted: a customer without subscriptions does not see it. */
const SUBSCRIPTION_FEATURES = ["subscription_pause", "subscription_update"];

export function checkConfiguration({ params }: ApiRequest): void {
  const features = mapOf(params.features) ?? {};
  const profile = mapOf(params.business_profile) ?? {};
  checkFeatures(features);
  checkUrl(params.default_return_url, "default_return_url");
  checkUrl(profile.privacy_policy_url, "business_profile[privacy_policy_url]");
  checkUrl(profile.terms_of_service_url, "business_profile[terms_of_service_url]");
  checkHeadline(profile.headline);
  if (!isEnabled(params.login_page)) return;
  throw invalidRequest("This sandbox's portal has no login page yet.", "login_page[enabled]");
}

function checkFeatures(features: Params): void {
  const name = SUBSCRIPTION_FEATURES.find((feature) => isEnabled(features[feature]));
  if (name) {
    throw invalidRequest("This sandbox has no subscriptions.", `features[${name}][enabled]`);
  }
  if (mapOf(mapOf(features.subscription_cancel)?.cancellation_reason)?.feedback_options) {
    const param = "features[subscription_cancel][cancellation_reason][feedback_options]";
    throw notSupported(param);
  }
  if (mapOf(features.payment_method_update)?.payment_method_configuration) {
    const param = "features[payment_method_update][payment_method_configuration]";
    throw notSupported(param);
  }
  checkAllowedUpdates(mapOf(features.customer_update));
}

function checkAllowedUpdates(feature: Params | undefined): void {
  if (!feature) return;
  const param = "features[customer_update][allowed_updates]";
  const allowed = listOf(feature.allowed_updates) ?? [];
  if (allowed.includes("shipping")) {
    throw invalidRequest("This sandbox's portal cannot change shipping details yet.", param);
  }
}

function checkHeadline(value: ParamValue | undefined): void {
  if (typeof value !== "string" || value.length <= 60) return;
  throw invalidRequest("The headline may have at most 60 characters.", "business_profile[headline]");
}

const TYPE = "billing_portal.configuration";

/**
 * Makes a configuration the default for portal sessions that name none. At Stripe only the Dashboard can do that.
 *
 * @throws StripeError 404 for an unknown configuration
 */
export async function makeDefaultConfiguration(tx: Tx, id: string): Promise<Configuration> {
  const { data: chosen } = await loadLive<Configuration>(tx, TYPE, id);
  for (const { data } of await findObjects<Configuration>(tx, TYPE, { is_default: true })) {
    if (data.id !== id) await setDefault(tx, data, false);
  }
  return chosen.is_default ? chosen : setDefault(tx, chosen, true);
}

async function setDefault(tx: Tx, before: Configuration, isDefault: boolean): Promise<Configuration> {
  const after: Configuration = { ...before, is_default: isDefault, updated: tx.now };
  await updateObject(tx, after, configurationSaveOptions(after));
  await recordEvent(tx, "billing_portal.configuration.updated", after, changedAttributes(before, after));
  return after;
}
