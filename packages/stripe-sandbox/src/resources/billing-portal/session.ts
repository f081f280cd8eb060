import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import { findObjects, insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { refuseNotBuilt } from "../catalog/refuse-not-built";
import { loadReferenced } from "../load-object";
import { textOr } from "../param-readers";
import { checkUrl } from "./check-url";
import type { Configuration } from "./configuration";

export type PortalSession = Stripe.BillingPortal.Session;

/** What a portal session remembers and never shows. */
export interface PortalSecrets extends Record<string, unknown> {
  /** Unix seconds; moves on with every visit. */
  expiresAt: number;
}

/** A link that nobody opens is worth nothing after five minutes; a visit keeps it alive for an hour. */
const UNVISITED_SECONDS = 5 * 60;
export const VISITED_SECONDS = 3_600;

const NOT_BUILT = ["after_expiration", "customer_account", "flow_data", "on_behalf_of"];

export function checkPortalSession({ params }: ApiRequest): void {
  refuseNotBuilt(params, NOT_BUILT);
  if (params.customer === undefined) throw missingParameter("customer");
  checkUrl(params.return_url, "return_url");
}

/** A link to the portal for one customer. */
export async function createPortalSession(tx: Tx, { params }: ApiRequest): Promise<PortalSession> {
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
    locale: textOr(params.locale, null) as PortalSession["locale"],
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
