import { operationSpec } from "./spec";
import { invalidRequest } from "./stripe-error";

/** The API version that the sandbox implements. */
export const PINNED_VERSION = "2026-10-28.endive";

/** Version of a request without `Stripe-Version`: the account's older default. */
export const ACCOUNT_VERSION = "2025-12-15.clover";

/** The first version that rejects `payment_method_types`. */
const NO_PAYMENT_METHOD_TYPES = "2026-09-30";
/** The first version that rejects the old names of `ui_mode`. */
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
