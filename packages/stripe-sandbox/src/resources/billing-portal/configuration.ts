import type { Params, ParamValue } from "../../api/request-schema";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import type { SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { mergeMetadata } from "../merge-metadata";
import { isEnabled, listOf, mapOf, textOr, updatedText } from "../param-readers";

export type Configuration = Stripe.BillingPortal.Configuration;
type Features = Configuration["features"];

/** A configuration with every feature off. Made through the API, so it is never the account's default. */
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

/** The configuration with the parameters of a create or an update applied. */
export function applyConfigurationParams(tx: Tx, current: Configuration, params: Params): Configuration {
  const profile = mapOf(params.business_profile);
  const before = current.business_profile;
  return {
    ...current,
    active: typeof params.active === "boolean" ? params.active : current.active,
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
  const options = reason ? listOf(reason.options)?.map(String) : before.options;
  return {
    cancellation_reason: {
      ...before,
      enabled: enabledOr(given?.cancellation_reason, before.enabled),
      options: (options ?? []) as typeof before.options,
    },
    enabled: enabledOr(change, current.enabled),
    mode: textOr(given?.mode, current.mode) as typeof current.mode,
    proration_behavior: textOr(
      given?.proration_behavior,
      current.proration_behavior,
    ) as typeof current.proration_behavior,
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
