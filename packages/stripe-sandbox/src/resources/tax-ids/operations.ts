import { listObjects } from "../../api/list-objects";
import type { ApiRequest, Operation } from "../../api/operation";
import { noSuchObject } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { findObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive } from "../load-object";
import { addTaxId, removeTaxId } from "./change-tax-ids";
import { readTaxIdParams } from "./tax-id-params";

export const taxIdOperations: readonly Operation[] = [
  { id: "Customers.createTaxId", check: checkTaxId, run: createTaxId },
  { id: "Customers.listTaxIds", run: listTaxIds },
  { id: "Customers.retrieveTaxId", run: (tx, { ids }) => loadTaxId(tx, ids) },
  { id: "Customers.deleteTaxId", run: async (tx, { ids }) => removeTaxId(tx, await loadTaxId(tx, ids)) },
];

function checkTaxId({ params }: ApiRequest): void {
  readTaxIdParams(params);
}

async function createTaxId(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.TaxId> {
  const customer = ids.customer ?? "";
  await loadLive(tx, "customer", customer);
  const { country, taxId } = readTaxIdParams(params);
  return addTaxId(tx, customer, country, taxId);
}

async function listTaxIds(tx: Tx, request: ApiRequest) {
  const customer = request.ids.customer ?? "";
  await loadLive(tx, "customer", customer);
  return listObjects(tx, request, { type: "tax_id", noun: "tax_id", refs: { customer } });
}

async function loadTaxId(tx: Tx, ids: ApiRequest["ids"]): Promise<Stripe.TaxId> {
  await loadLive(tx, "customer", ids.customer ?? "");
  const stored = await findObject<Stripe.TaxId>(tx, "tax_id", ids.id ?? "", "lock");
  if (stored && !stored.deleted && stored.data.customer === ids.customer) return stored.data;
  throw noSuchObject("tax ID", ids.id ?? "", "id");
}
