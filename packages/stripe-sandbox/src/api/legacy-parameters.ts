import type { Form } from "./form-body";
import { invalidRequest } from "./stripe-error";
import type { ApiVersion } from "./version";

const REFUSING = ["/v1/checkout/sessions", "/v1/payment_intents", "/v1/setup_intents"];

const OLD_UI_MODES: Record<string, string> = {
  hosted: "hosted_page",
  embedded: "embedded_page",
  custom: "elements",
};

/**
 * Translates parameters of older API versions into today's.
 *
 * @throws StripeError `payment_method_types_no_longer_supported` from 2026-09-30.endive on
 */
export function translateLegacyParameters(form: Form, path: string, version: ApiVersion): Form {
  if (!REFUSING.some((prefix) => path.startsWith(prefix))) return form;
  const { payment_method_types: types, ...rest } = form;
  if (types !== undefined && !version.acceptsPaymentMethodTypes) {
    throw invalidRequest(
      "`payment_method_types` is no longer supported in this API version. Use `allowed_payment_method_types` to limit the payment methods that may be offered.",
      "payment_method_types",
      "payment_method_types_no_longer_supported",
    );
  }
  const uiMode = typeof rest.ui_mode === "string" ? rest.ui_mode : undefined;
  const newName = uiMode === undefined ? undefined : OLD_UI_MODES[uiMode];
  return {
    ...rest,
    ...(types !== undefined &&
      rest.allowed_payment_method_types === undefined && { allowed_payment_method_types: types }),
    ...(newName && version.acceptsOldUiModes && { ui_mode: newName }),
  };
}
