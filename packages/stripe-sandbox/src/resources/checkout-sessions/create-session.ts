import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { randomLetters } from "../../store/ids";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { type Address, isUsableForTax } from "../address";
import { loadReferenced } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { isEnabled, listOf, mapOf, textOr } from "../param-readers";
import { buildSetupIntent, setupIntentSaveOptions } from "../setup-intents/setup-intent";
import { readShipping } from "../shipping";
import { buildSession } from "./build-session";
import { insertLineItems } from "./line-items";
import { type Session, type SessionSecrets, sessionSaveOptions } from "./session";
import { applyTotals, calculateTotals } from "./totals";

/** Opens a session. A payment's intent comes into being when the customer first pays; a setup's exists at once. */
export async function createSession(tx: Tx, { params }: ApiRequest): Promise<Session> {
  const customer = await readCustomer(tx, params);
  const secrets = buildSecrets(params);
  assertTaxLocation(params, customer, secrets);
  const draft = buildSession(tx, params, secrets.fragment, customer);
  const session =
    draft.mode === "setup"
      ? await withSetupIntent(tx, draft, params)
      : await withLineItems(tx, draft, params, customer);
  await insertObject(tx, session, { ...sessionSaveOptions(session), private: secrets });
  return session;
}

async function readCustomer(tx: Tx, params: Params): Promise<Stripe.Customer | undefined> {
  if (typeof params.customer !== "string") return undefined;
  return (await loadReferenced<Stripe.Customer>(tx, "customer", params.customer, "customer")).data;
}

function buildSecrets(params: Params): SessionSecrets {
  const update = mapOf(params.customer_update);
  const payment = mapOf(params.payment_intent_data);
  return {
    updatesAddress: update?.address === "auto",
    updatesName: update?.name === "auto",
    fragment: randomLetters(40),
    payment: {
      captureMethod: payment?.capture_method === "manual" ? "manual" : "automatic_async",
      description: textOr(payment?.description, null),
      metadata: mergeMetadata({}, payment?.metadata),
      receiptEmail: textOr(payment?.receipt_email, null),
      setupFutureUsage: textOr(
        payment?.setup_future_usage,
        null,
      ) as SessionSecrets["payment"]["setupFutureUsage"],
      shipping: readShipping(payment?.shipping),
      statementDescriptorSuffix: textOr(payment?.statement_descriptor_suffix, null),
    },
  };
}

/** Without an address on file, and without leave to store the one entered, tax could never be calculated again. */
function assertTaxLocation(
  params: Params,
  customer: Stripe.Customer | undefined,
  secrets: SessionSecrets,
): void {
  if (!isEnabled(params.automatic_tax) || !customer || secrets.updatesAddress) return;
  if (isUsableForTax(customer.address as Address | null)) return;
  throw invalidRequest(
    "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the Customer or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto' to save the address entered in Checkout to the Customer.",
    undefined,
    "customer_tax_location_invalid",
  );
}

async function withLineItems(
  tx: Tx,
  draft: Session,
  params: Params,
  customer: Stripe.Customer | undefined,
): Promise<Session> {
  const items = await insertLineItems(tx, draft.id, params);
  const address = customer?.address as Address | null | undefined;
  const totals = calculateTotals(items, draft.automatic_tax.enabled, address);
  return applyTotals(withCurrency(draft, items[0]?.currency ?? null), totals);
}

/** Only now the currency is known, and with it whether a bank in the United States can be debited. */
function withCurrency(draft: Session, currency: string | null): Session {
  const types = draft.payment_method_types.filter((type) => currency === "usd" || type !== "us_bank_account");
  return { ...draft, currency, payment_method_types: types };
}

async function withSetupIntent(tx: Tx, draft: Session, params: Params): Promise<Session> {
  const data = mapOf(params.setup_intent_data);
  const intent = buildSetupIntent(tx, {
    customer: draft.customer as string | null,
    description: textOr(data?.description, null),
    metadata: mergeMetadata({}, data?.metadata),
    allowedPaymentMethodTypes: listOf(params.allowed_payment_method_types)?.map(String) ?? null,
  });
  await insertObject(tx, intent, setupIntentSaveOptions(intent));
  await recordEvent(tx, "setup_intent.created", intent);
  return { ...draft, setup_intent: intent.id };
}
