import { OPERATOR_ALERTS, raiseAlertAlone } from "@/lib/platform/alerts";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";

/** A mistake in how the operator has set up Stripe. */
export interface SetupProblem {
  /** Identifies the problem: there is one alert for each cause. */
  cause: string;
  /** What Stripe refused, and what the operator should do about it. */
  message: string;
  details: Record<string, string>;
}

/** The parts of Stripe's error response that identify its cause. */
export interface Refusal {
  statusCode: number;
  code: string;
  param: string | undefined;
  message: string;
  requestId: string | undefined;
}

/**
 * Stripe refused because of the operator's setup: the key, its permissions, the account or a setting. The same request
 * succeeds once the operator has fixed it.
 */
export class StripeSetupError extends ServiceUnavailableError {
  /** What the operator should do. Not for customers. */
  readonly remedy: string;

  constructor({ message: remedy }: SetupProblem, { cause }: { cause: unknown }) {
    super(
      "Payments are not available right now because of a problem with our payment setup. The operator has been notified. Nothing was charged.",
      { cause, reason: "stripe_setup" },
    );
    this.remedy = remedy;
  }

  /** A person has to act first, so retrying right away is pointless. */
  override get retryAfterSeconds() {
    return 60;
  }
}

/** Whether a call failed because of the operator's setup. Checks the reason, because the class exists in two bundles. */
export function isSetupError(error: unknown): error is StripeSetupError {
  return error instanceof Error && (error as { reason?: unknown }).reason === "stripe_setup";
}

/** Whether the key lacks the permission for this call. Other calls may succeed. */
export function isMissingPermission(error: unknown): boolean {
  return isSetupError(error) && (error.cause as { statusCode?: number }).statusCode === 403;
}

/**
 * Raises the alert of a setup problem and logs it. Further refusals with the same cause do neither while the alert is open.
 * Never throws: the caller still has to respond to the refusal.
 */
export async function raiseSetupAlert({ cause, message, details }: SetupProblem): Promise<void> {
  const isNew = await raiseAlertAlone({
    customerId: OPERATOR_ALERTS,
    kind: "stripe_setup",
    subjectId: cause,
    message,
    details,
  });
  if (isNew) log().error({ cause, ...details }, `Stripe setup problem: ${message}`);
}

/** What the operator should do, by Stripe's error code. */
const KNOWN_CODES: Record<string, string> = {
  stripe_tax_inactive:
    "Stripe Tax is not active. Activate it in the Dashboard under Settings > Tax, or set STRIPE_AUTOMATIC_TAX=false.",
  account_invalid: "The account of STRIPE_SECRET_KEY cannot be used. Use a key of an active account.",
  account_closed: "The Stripe account is closed. Use a key of an active account.",
  testmode_charges_only:
    "The Stripe account takes test payments only. Complete its activation in the Dashboard, or use a test key.",
  secret_key_required: "STRIPE_SECRET_KEY is not a secret key. Use one that begins with sk_ or rk_.",
  country_unsupported: "Stripe does not support this in the country of the account.",
  tls_version_unsupported: "This machine's TLS is too old for Stripe. Update Node.js and OpenSSL.",
};

/** Which setting is behind each parameter that we send. */
const SETTINGS: [RegExp, string][] = [
  [/statement_descriptor/, "Correct STRIPE_STATEMENT_SUFFIX."],
  [/tax_code/, "Correct STRIPE_TAX_CODE."],
  [
    /automatic_tax/,
    "Complete Stripe Tax in the Dashboard under Settings > Tax, or set STRIPE_AUTOMATIC_TAX=false.",
  ],
  [/adaptive_pricing/, "Set STRIPE_ADAPTIVE_PRICING=false."],
  [/invoice_creation/, "Set STRIPE_INVOICES=false."],
  [/^configuration$/, "Correct STRIPE_PORTAL_CONFIGURATION, or leave it out."],
  [/^(success_url|cancel_url|return_url)$/, "Correct APP_URL."],
];

/** Recognizes a refusal that only the operator can fix. Returns null for any other refusal. */
export function knownSetupProblem(refusal: Refusal): SetupProblem | null {
  const { statusCode, code, message } = refusal;
  if (statusCode === 401) {
    const state = code.includes("expired") ? "has expired" : "is not valid";
    return problem(
      refusal,
      "secret_key",
      `STRIPE_SECRET_KEY ${state}. Create a new key in the Dashboard under Developers > API keys, set it, and restart Brim.`,
    );
  }
  if (statusCode === 403) {
    const permission = /\brak_\w+/.exec(message)?.[0];
    return problem(
      refusal,
      permission ? `permission:${permission}` : "permission",
      permission
        ? `STRIPE_SECRET_KEY lacks the permission ${permission}. Add it to the restricted key in the Dashboard under Developers > API keys.`
        : "STRIPE_SECRET_KEY lacks a permission. Give the restricted key the permissions that .env.example lists.",
    );
  }
  const known = KNOWN_CODES[code];
  return known === undefined ? null : problem(refusal, code, known);
}

/** Describes any refusal as a setup problem: everything that we send comes from our code or from the settings. */
export function setupProblemOf(refusal: Refusal): SetupProblem {
  const known = knownSetupProblem(refusal);
  if (known) return known;
  const { code, param } = refusal;
  const remedy = SETTINGS.find(([pattern]) => param !== undefined && pattern.test(param))?.[1];
  return problem(
    refusal,
    param ? `${code}:${param}` : code,
    remedy ?? "Follow Stripe's message, and look up the request in the Dashboard under Developers > Logs.",
  );
}

function problem(refusal: Refusal, cause: string, remedy: string): SetupProblem {
  const { statusCode, code, param, message, requestId } = refusal;
  return {
    cause,
    message: `${remedy} Stripe answered ${statusCode}: ${message}`,
    details: {
      status: String(statusCode),
      code,
      ...(param && { param }),
      ...(requestId && { stripeRequestId: requestId }),
    },
  };
}
