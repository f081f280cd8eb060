import type { ApiRequest } from "../../api/operation";
import type { Params, ParamValue } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import { isEnabled, listOf, mapOf } from "../param-readers";
import { checkUrl } from "./check-url";

/** Offering to cancel a subscription shows nothing to a customer who has none, so that may be switched on. */
const SUBSCRIPTION_FEATURES = ["subscription_pause", "subscription_update"];

/** Rules for the parameters of a new or changed configuration. */
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
    throw invalidRequest(`This sandbox does not support the parameter ${param} yet.`, param);
  }
  if (mapOf(features.payment_method_update)?.payment_method_configuration) {
    const param = "features[payment_method_update][payment_method_configuration]";
    throw invalidRequest(`This sandbox does not support the parameter ${param} yet.`, param);
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
