import { bracketPath } from "../api/bracket-path";
import { listObjects } from "../api/list-objects";
import type { ApiRequest, Operation } from "../api/operation";
import type { Params } from "../api/request-schema";
import { invalidRequest, noSuchObject } from "../api/stripe-error";
import { recordEvent } from "../events/record-event";
import type { Tx } from "../runtime";
import { newStripeId } from "../store/ids";
import { findObject, findObjects, insertObject, markDeleted } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { type BusinessTaxId, readTaxId } from "../tax/tax-table";
import { loadLive } from "./load-object";
import { listOf, mapOf, textOr } from "./params";

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

/** Stores a tax ID. The sandbox verifies none. */
async function insertTaxId(
  tx: Tx,
  customer: string,
  country: string,
  { type, value }: BusinessTaxId,
): Promise<Stripe.TaxId> {
  const taxId: Stripe.TaxId = {
    id: newStripeId("txi"),
    object: "tax_id",
    country,
    created: tx.now,
    customer,
    customer_account: null,
    livemode: false,
    owner: { customer, customer_account: null, type: "customer" },
    type,
    value,
    verification: { status: "unavailable", verified_address: null, verified_name: null },
  };
  await insertObject(tx, taxId, { refs: { customer } });
  return taxId;
}

const MAX_TAX_IDS = 5;

/** Adds and announces a tax ID; one that the customer already has is returned. */
export async function addTaxId(
  tx: Tx,
  customer: string,
  country: string,
  input: BusinessTaxId,
): Promise<Stripe.TaxId> {
  const known = await readTaxIds(tx, customer);
  const same = known.find((taxId) => taxId.type === input.type && taxId.value === input.value);
  if (same) return same;
  if (known.length >= MAX_TAX_IDS) {
    throw invalidRequest(`A customer can have at most ${MAX_TAX_IDS} tax IDs.`, undefined);
  }
  const taxId = await insertTaxId(tx, customer, country, input);
  await recordEvent(tx, "customer.tax_id.created", taxId);
  return taxId;
}

export async function removeTaxId(tx: Tx, taxId: Stripe.TaxId): Promise<Stripe.DeletedTaxId> {
  const stub: Stripe.DeletedTaxId = { id: taxId.id, object: "tax_id", deleted: true };
  await markDeleted(tx, stub);
  await recordEvent(tx, "customer.tax_id.deleted", taxId);
  return stub;
}

/** Oldest first. */
export async function readTaxIds(tx: Tx, customer: string): Promise<Stripe.TaxId[]> {
  const stored = await findObjects<Stripe.TaxId>(tx, "tax_id", { customer });
  return stored.map(({ data }) => data).reverse();
}

/** The country of each type; an EU VAT ID begins with its country. */
const COUNTRIES: Partial<Record<string, string>> = { gb_vat: "GB", us_ein: "US" };

interface TaxIdParams {
  country: string;
  taxId: BusinessTaxId;
}

/**
 * Reads a tax ID from its `type` and `value`.
 *
 * @param path prefix of the parameter names
 * @throws StripeError `tax_id_invalid` for a value that does not fit the type
 */
function readTaxIdParams(params: Params, path = ""): TaxIdParams {
  const type = textOr(params.type, "");
  const value = textOr(params.value, "");
  const country = type === "eu_vat" ? value.slice(0, 2).toUpperCase().replace("EL", "GR") : COUNTRIES[type];
  if (country === undefined) {
    throw invalidRequest(
      `This sandbox does not support tax IDs of the type ${type} yet.`,
      bracketPath(path, "type"),
    );
  }
  const taxId = readTaxId(country, value);
  if (taxId?.type === type) return { country, taxId };
  throw invalidRequest(`Invalid value for ${type}.`, bracketPath(path, "value"), "tax_id_invalid");
}

export function readTaxIdData(params: Params): TaxIdParams[] {
  const list = listOf(params.tax_id_data) ?? [];
  return list.map((entry, index) => readTaxIdParams(mapOf(entry) ?? {}, bracketPath("tax_id_data", index)));
}
