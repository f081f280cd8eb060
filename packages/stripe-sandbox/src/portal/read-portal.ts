import type { Configuration } from "../resources/billing-portal/configurations";
import {
  type PortalSecrets,
  type PortalSession,
  VISITED_SECONDS,
} from "../resources/billing-portal/sessions";
import type { Invoice } from "../resources/invoices/invoice";
import { loadObject } from "../resources/load-object";
import { customerCards } from "../resources/payment-methods/payment-method";
import { readTaxIds } from "../resources/tax-ids";
import type { Tx } from "../runtime";
import { findObject, findObjects, mergePrivate } from "../store/objects";
import type { Stripe } from "../stripe-types";

/** What the portal shows a customer. */
export interface Portal {
  session: PortalSession;
  features: Configuration["features"];
  headline: string | null;
  customer: Stripe.Customer;
  cards: Stripe.PaymentMethod[];
  taxIds: Stripe.TaxId[];
  invoices: Invoice[];
}

/** Reads the portal of a link; undefined if the link is unknown or expired, or its customer was deleted. */
export async function readPortal(tx: Tx, token: string): Promise<Portal | undefined> {
  const [stored] = await findObjects<PortalSession>(tx, "billing_portal.session", { token });
  if (!stored || (stored.private as PortalSecrets).expiresAt <= tx.now) return undefined;
  const session = stored.data;
  const customer = await findObject<Stripe.Customer>(tx, "customer", session.customer, "lock");
  if (!customer || customer.deleted) return undefined;
  await mergePrivate(tx, session.id, { expiresAt: tx.now + VISITED_SECONDS } satisfies PortalSecrets);
  const { data: configuration } = await loadObject<Configuration>(
    tx,
    "billing_portal.configuration",
    String(session.configuration),
  );
  return {
    session,
    features: configuration.features,
    headline: configuration.business_profile.headline,
    customer: customer.data,
    cards: await customerCards(tx, session.customer),
    taxIds: await readTaxIds(tx, session.customer),
    invoices: await finalInvoices(tx, session.customer),
  };
}

async function finalInvoices(tx: Tx, customer: string): Promise<Invoice[]> {
  const stored = await findObjects<Invoice>(tx, "invoice", { customer });
  return stored.map(({ data }) => data).filter((invoice) => invoice.status !== "draft");
}
