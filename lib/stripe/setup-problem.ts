import { prisma } from "@/lib/platform/db";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";

/** Why Stripe does no business with this installation, as the operator reads it. */
export interface SetupProblem {
  /** The problem's name. There is one open alert for each. */
  cause: string;
  /** What Stripe refuses, and what to do about it. */
  message: string;
  details: Record<string, string>;
}

/** The facts of a refusal from which its cause can be told. */
export interface Refusal {
  statusCode: number;
  code: string;
  param: string | undefined;
  message: string;
  requestId: string | undefined;
}

/**
 * Stripe refuses because of how the operator has set it up: the key, its permissions, the account or a setting. The same
 * request succeeds once that is corrected, and not before.
 */
export class StripeSetupError extends ServiceUnavailableError {
  constructor(options: { cause: unknown }) {
    super(
      "Payments are not available right now because of a problem with our payment setup. The operator has been notified. Nothing was charged.",
      { ...options, reason: "stripe_setup" },
    );
  }

  /** A person has to act first, so that asking again at once is of no use. */
  override get retryAfterSeconds() {
    return 60;
  }
}

/** Alerts about the whole installation have no customer. */
const INSTALLATION = "operator";

/**
 * Raises the alert of a setup problem, or opens it again if it was resolved and the problem is back. While it is open,
 * further refusals of the same cause change nothing. Never throws: the caller has a refusal to answer.
 */
export async function raiseSetupAlert({ cause, message, details }: SetupProblem): Promise<void> {
  log().error({ cause, ...details }, `Stripe is not set up: ${message}`);
  try {
    await prisma().$executeRaw`
      INSERT INTO alert (customer_id, alert_id, kind, subject_id, message, details)
      VALUES (${INSTALLATION}, ${newId("alert")}, 'stripe_setup', ${cause}, ${message}, ${JSON.stringify(details)}::jsonb)
      ON CONFLICT (customer_id, kind, subject_id) DO UPDATE
      SET resolved_at = NULL, created_at = excluded.created_at, message = excluded.message, details = excluded.details
      WHERE alert.resolved_at IS NOT NULL`;
  } catch (error) {
    log().error({ err: error, cause }, "the alert of a setup problem could not be stored");
  }
}

/** What is known to be the operator's to correct, by Stripe's code. */
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

/** What each parameter that we send is set by. */
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

/**
 * Names a refusal that only the operator can do something about.
 *
 * @returns null for any other refusal
 */
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
        : "STRIPE_SECRET_KEY may not do this. Give the restricted key the permissions that .env.example lists.",
    );
  }
  const known = KNOWN_CODES[code];
  return known === undefined ? null : problem(refusal, code, known);
}

/** Names any refusal that reached a caller: all that we send is made of our code and the settings. */
export function setupProblemOf(refusal: Refusal): SetupProblem {
  const known = knownSetupProblem(refusal);
  if (known) return known;
  const { code, param } = refusal;
  const remedy = SETTINGS.find(([pattern]) => param !== undefined && pattern.test(param))?.[1];
  return problem(
    refusal,
    param ? `${code}:${param}` : code,
    remedy ?? "Follow Stripe's message, and look the request up in the Dashboard under Developers > Logs.",
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
