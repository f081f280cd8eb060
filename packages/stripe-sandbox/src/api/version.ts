import { operationSpec } from "./spec";
import { invalidRequest } from "./stripe-error";

/** The version whose refusals and shapes the sandbox imitates. */
export const PINNED_VERSION = "2026-10-28.endive";

/** What a request without `Stripe-Version` gets: the older default of the account. */
export const ACCOUNT_VERSION = "2025-12-15.clover";

/** From this version on `payment_method_types` is refused. */
const NO_PAYMENT_METHOD_TYPES = "2026-09-30";
/** From this version on the old names of `ui_mode` are refused. */
const NEW_UI_MODES = "2026-03-25";

export interface ApiVersion {
  name: string;
  acceptsPaymentMethodTypes: boolean;
  acceptsOldUiModes: boolean;
}

/** @throws StripeError for a version that never existed */
export function readVersion(header: string | undefined): ApiVersion {
  const name = header ?? ACCOUNT_VERSION;
  if (!knownVersions().includes(name)) {
    throw invalidRequest(`Invalid Stripe API version: ${name}`);
  }
  const date = name.slice(0, 10);
  return {
    name,
    acceptsPaymentMethodTypes: date < NO_PAYMENT_METHOD_TYPES,
    acceptsOldUiModes: date < NEW_UI_MODES,
  };
}

function knownVersions(): (string | null)[] {
  return operationSpec("WebhookEndpoints.create").body.properties?.api_version?.enum ?? [];
}
