import { listObjects } from "../../api/list-objects";
import type { ApiRequest, Operation } from "../../api/operation";
import type { ParamValue } from "../../api/request-schema";
import { invalidRequest, noSuchObject } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject, insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive, loadObject } from "../load-object";
import { attachPaymentMethod } from "../payment-methods/attach-payment-method";
import { listOperation } from "../read-operations";
import { addTaxId } from "../tax-ids/change-tax-ids";
import { readTaxIdData } from "../tax-ids/tax-id-params";
import { applyCustomerParams, customerSaveOptions, emptyCustomer } from "./customer";
import { deleteCustomer } from "./delete-customer";
import { assertOwnDefault, saveCustomer } from "./update-customer";

const CAN_UNSET = ["description", "email", "name", "phone", "default_source"];

/** Parameters of the description whose effect is not built. Silently ignoring them would be a false promise. */
const NOT_BUILT = ["source", "test_clock", "cash_balance", "default_source", "validate"];

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
  const unbuilt = NOT_BUILT.find((name) => params[name] !== undefined && params[name] !== null);
  if (unbuilt) throw invalidRequest(`This sandbox does not support the parameter ${unbuilt} yet.`, unbuilt);
  readTaxIdData(params);
  if (typeof params.email === "string" && !/^[^\s@]+@[^\s@]+$/.test(params.email)) {
    throw invalidRequest(`Invalid email address: ${params.email}`, "email", "email_invalid");
  }
}

async function createCustomer(tx: Tx, { params }: ApiRequest): Promise<Stripe.Customer> {
  const draft = applyCustomerParams(emptyCustomer(tx), params);
  await insertObject(tx, draft, customerSaveOptions(draft));
  const customer = await withMethod(tx, draft, params.payment_method);
  await assertOwnDefault(tx, customer);
  await recordEvent(tx, "customer.created", customer);
  for (const { country, taxId } of readTaxIdData(params)) await addTaxId(tx, customer.id, country, taxId);
  return customer;
}

/** Attaches the named payment method. An alias may be named as the default too: it means the card made of it. */
async function withMethod(
  tx: Tx,
  draft: Stripe.Customer,
  named: ParamValue | undefined,
): Promise<Stripe.Customer> {
  if (typeof named !== "string") return draft;
  const { id } = await attachPaymentMethod(tx, named, draft.id, "payment_method");
  const settings = draft.invoice_settings;
  if (settings.default_payment_method !== named) return draft;
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
  await assertOwnDefault(tx, after);
  await saveCustomer(tx, before, after);
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
