import { listObjects } from "../../api/list-objects";
import type { ApiRequest, Operation } from "../../api/operation";
import type { Params, ParamValue } from "../../api/request-schema";
import { invalidRequest, noSuchObject } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject, findObjects, insertObject, markDeleted, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { listOperation, loadLive, loadObject } from "../load-object";
import { isUsableForTax, mapOf, refuseUnsupported } from "../params";
import { attachPaymentMethod, detachPaymentMethod } from "../payment-methods/attach-payment-method";
import { addTaxId, readTaxIdData } from "../tax-ids";
import {
  applyCustomerParams,
  assertOwnMethod,
  customerSaveOptions,
  emptyCustomer,
  saveCustomer,
} from "./customer";
import { insertBalanceChange } from "./customer-balance";

const CAN_UNSET = ["description", "email", "name", "phone", "default_source"];

const UNSUPPORTED = ["source", "test_clock", "cash_balance", "default_source", "validate"];

export const customerOperations: readonly Operation[] = [
  { id: "Customers.create", canUnset: CAN_UNSET, check: checkCustomer, run: createCustomer },
  {
    id: "Customers.retrieve",
    run: async (tx, { ids }) => (await loadObject(tx, "customer", ids.customer ?? "")).data,
  },
  { id: "Customers.update", canUnset: CAN_UNSET, check: checkCustomer, run: updateCustomer },
  { id: "Customers.del", run: (tx, { ids }) => deleteCustomer(tx, ids.customer ?? "") },
  listOperation("Customers.list", "customer", ["email"]),
  { id: "Customers.listPaymentMethods", run: listPaymentMethods },
  { id: "Customers.retrievePaymentMethod", run: retrievePaymentMethod },
];

function checkCustomer({ params }: ApiRequest): void {
  refuseUnsupported(params, UNSUPPORTED);
  readTaxIdData(params);
  if (typeof params.email === "string" && !/^[^\s@]+@[^\s@]+$/.test(params.email)) {
    throw invalidRequest(`Invalid email address: ${params.email}`, "email", "email_invalid");
  }
}

async function createCustomer(tx: Tx, { params }: ApiRequest): Promise<Stripe.Customer> {
  const draft = applyCustomerParams(emptyCustomer(tx), params);
  assertTaxLocation(draft, params);
  await insertObject(tx, draft, customerSaveOptions(draft));
  const customer = await withMethod(tx, draft, params.payment_method);
  await assertOwnDefault(tx, customer);
  await recordEvent(tx, "customer.created", customer);
  for (const { country, taxId } of readTaxIdData(params)) await addTaxId(tx, customer.id, country, taxId);
  await recordNewBalance(tx, customer, 0, "initial");
  return customer;
}

/** @throws StripeError 400 if `tax[validate_location]=immediately` and tax cannot be calculated for the address */
function assertTaxLocation(customer: Stripe.Customer, params: Params): void {
  if (mapOf(params.tax)?.validate_location !== "immediately") return;
  if (isUsableForTax(customer.shipping?.address ?? customer.address)) return;
  throw invalidRequest(
    "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax.",
    "address",
    "customer_tax_location_invalid",
  );
}

/** A balance that is set directly has a transaction too. */
async function recordNewBalance(
  tx: Tx,
  customer: Stripe.Customer,
  beforeCents: number,
  type: "adjustment" | "initial",
): Promise<void> {
  const amountCents = customer.balance - beforeCents;
  if (amountCents !== 0) await insertBalanceChange(tx, customer, customer.balance, { amountCents, type });
}

/** Attaches the given payment method. If the default names the same alias, it becomes the card made from it. */
async function withMethod(
  tx: Tx,
  draft: Stripe.Customer,
  requested: ParamValue | undefined,
): Promise<Stripe.Customer> {
  if (typeof requested !== "string") return draft;
  const { id } = await attachPaymentMethod(tx, requested, draft.id, "payment_method");
  const settings = draft.invoice_settings;
  if (settings.default_payment_method !== requested) return draft;
  const customer: Stripe.Customer = {
    ...draft,
    invoice_settings: { ...settings, default_payment_method: id },
  };
  await updateObject(tx, customer, customerSaveOptions(customer));
  return customer;
}

async function updateCustomer(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.Customer> {
  const { data: before } = await loadLive<Stripe.Customer>(tx, "customer", ids.customer ?? "");
  const after = applyCustomerParams(before, params);
  assertTaxLocation(after, params);
  await assertOwnDefault(tx, after);
  await saveCustomer(tx, before, after);
  await recordNewBalance(tx, after, before.balance, "adjustment");
  return after;
}

async function listPaymentMethods(tx: Tx, request: ApiRequest) {
  const customer = request.ids.customer ?? "";
  await loadLive(tx, "customer", customer);
  return listObjects(tx, request, {
    type: "payment_method",
    noun: "PaymentMethod",
    filters: ["type", "allow_redisplay"],
    refs: { customer },
  });
}

async function retrievePaymentMethod(tx: Tx, { ids }: ApiRequest) {
  await loadLive(tx, "customer", ids.customer ?? "");
  const id = ids.payment_method ?? "";
  const method = await findObject<Stripe.PaymentMethod>(tx, "payment_method", id);
  if (!method || method.data.customer !== ids.customer)
    throw noSuchObject("PaymentMethod", id, "payment_method");
  return method.data;
}

/** Deletes a customer and detaches its cards. Its sessions and payments keep the id. */
async function deleteCustomer(tx: Tx, id: string): Promise<Stripe.DeletedCustomer> {
  const { data: customer } = await loadLive<Stripe.Customer>(tx, "customer", id);
  for (const method of await findObjects<Stripe.PaymentMethod>(tx, "payment_method", { customer: id })) {
    await detachPaymentMethod(tx, method.data.id);
  }
  const stub: Stripe.DeletedCustomer = { id, object: "customer", deleted: true };
  await markDeleted(tx, stub);
  await recordEvent(tx, "customer.deleted", customer);
  return stub;
}

function assertOwnDefault(tx: Tx, { id, invoice_settings: settings }: Stripe.Customer): Promise<void> {
  const param = "invoice_settings[default_payment_method]";
  return assertOwnMethod(tx, settings.default_payment_method, id, param);
}
