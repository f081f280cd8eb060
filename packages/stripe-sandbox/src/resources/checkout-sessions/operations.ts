import { listObjects } from "../../api/list-objects";
import { pageOf } from "../../api/list-page";
import type { ApiRequest, Operation } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { randomLetters } from "../../store/ids";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive, loadObject, loadReferenced } from "../load-object";
import {
  enumOr,
  isEnabled,
  isUsableForTax,
  mapOf,
  mergeMetadata,
  readShipping,
  textOr,
  textsOf,
} from "../params";
import { buildSetupIntent, insertSetupIntent } from "../setup-intents/setup-intent";
import { checkNewSession } from "./check-session";
import { expireDueSessions, expireSession } from "./expire-session";
import { applyTotals, calculateTotals, insertLineItems, readLineItems } from "./line-items";
import { buildSession, type Session, type SessionSecrets, sessionSaveOptions } from "./session";

const TYPE = "checkout.session";

export const checkoutSessionOperations: readonly Operation[] = [
  { id: "Checkout.Sessions.create", check: checkNewSession, run: createSession },
  { id: "Checkout.Sessions.retrieve", run: retrieveSession },
  { id: "Checkout.Sessions.update", check: checkSessionUpdate, run: updateSession },
  { id: "Checkout.Sessions.list", run: listSessions },
  { id: "Checkout.Sessions.expire", run: expire },
  { id: "Checkout.Sessions.listLineItems", run: listLineItems },
];

async function retrieveSession(tx: Tx, { ids }: ApiRequest) {
  await expireDueSessions(tx);
  return (await loadObject(tx, TYPE, ids.session ?? "")).data;
}

async function expire(tx: Tx, { ids }: ApiRequest) {
  await expireDueSessions(tx);
  return expireSession(tx, ids.session ?? "");
}

async function listSessions(tx: Tx, request: ApiRequest) {
  await expireDueSessions(tx);
  const email = mapOf(request.params.customer_details)?.email;
  return listObjects(tx, request, {
    type: TYPE,
    noun: TYPE,
    filters: ["customer", "payment_intent", "status", "payment_link", "subscription"],
    refs: typeof email === "string" ? { email } : {},
  });
}

/** Line items keep their original order, unlike all other lists. */
async function listLineItems(tx: Tx, request: ApiRequest) {
  const id = request.ids.session ?? "";
  await loadObject(tx, TYPE, id);
  return pageOf(await readLineItems(tx, id), request);
}

/** Creates a session. Its PaymentIntent is created by the first payment attempt, its SetupIntent at once. */
async function createSession(tx: Tx, { params }: ApiRequest): Promise<Session> {
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
      setupFutureUsage: enumOr(payment?.setup_future_usage, null),
      shipping: readShipping(payment?.shipping),
      statementDescriptorSuffix: textOr(payment?.statement_descriptor_suffix, null),
    },
  };
}

/** Without an address on file or permission to save the entered one, later payments could not calculate tax. */
function assertTaxLocation(
  params: Params,
  customer: Stripe.Customer | undefined,
  secrets: SessionSecrets,
): void {
  if (!isEnabled(params.automatic_tax) || !customer || secrets.updatesAddress) return;
  if (isUsableForTax(customer.address)) return;
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
  const address = customer?.address;
  const totals = calculateTotals(items, draft.automatic_tax.enabled, address);
  return applyTotals(withCurrency(draft, items[0]?.currency ?? null), totals);
}

/** US bank accounts pay in dollars only, and the currency is known only from the line items. */
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
    allowedPaymentMethodTypes: textsOf(params.allowed_payment_method_types) ?? null,
  });
  await insertSetupIntent(tx, intent);
  return { ...draft, setup_intent: intent.id };
}

const UPDATABLE = ["metadata", "expand"];

function checkSessionUpdate({ params }: ApiRequest): void {
  const other = Object.keys(params).find((name) => !UPDATABLE.includes(name));
  if (other) throw invalidRequest(`This sandbox does not support updating ${other} yet.`, other);
}

async function updateSession(tx: Tx, { params, ids }: ApiRequest): Promise<Session> {
  const { data: before } = await loadLive<Session>(tx, "checkout.session", ids.session ?? "");
  const after: Session = { ...before, metadata: mergeMetadata(before.metadata, params.metadata) };
  await updateObject(tx, after);
  return after;
}
