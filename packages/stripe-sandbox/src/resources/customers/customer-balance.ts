import { listObjects } from "../../api/list-objects";
import type { ApiRequest, Operation } from "../../api/operation";
import { invalidRequest, noSuchObject } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { findObject, insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive, nounOf } from "../load-object";
import { checkCurrency, mergeMetadata, numberOr, textOr } from "../params";
import { saveCustomer } from "./customer";

const TYPE = "customer_balance_transaction";

export const customerBalanceOperations: readonly Operation[] = [
  { id: "Customers.createBalanceTransaction", check: checkNew, run: createBalanceTransaction },
  { id: "Customers.listBalanceTransactions", run: listBalanceTransactions },
  { id: "Customers.retrieveBalanceTransaction", run: retrieveBalanceTransaction },
];

function checkNew({ params }: ApiRequest): void {
  checkCurrency(params.currency, "currency");
}

async function createBalanceTransaction(tx: Tx, { params, ids }: ApiRequest) {
  const { data: customer } = await loadLive<Stripe.Customer>(tx, "customer", ids.customer ?? "");
  const currency = textOr(params.currency, "").toLowerCase();
  if (customer.currency && customer.currency !== currency) {
    throw invalidRequest(
      `The currency of the customer's balance is ${customer.currency}, so it cannot be changed in ${currency}.`,
      "currency",
    );
  }
  return changeCustomerBalance(tx, { ...customer, currency }, customer, {
    amountCents: numberOr(params.amount, 0),
    type: "adjustment",
    description: textOr(params.description, null),
    metadata: mergeMetadata({}, params.metadata),
  });
}

async function listBalanceTransactions(tx: Tx, request: ApiRequest) {
  const customer = request.ids.customer ?? "";
  await loadLive(tx, "customer", customer);
  return listObjects(tx, request, {
    type: TYPE,
    noun: nounOf(TYPE),
    filters: ["invoice"],
    refs: { customer },
  });
}

async function retrieveBalanceTransaction(tx: Tx, { ids }: ApiRequest) {
  await loadLive(tx, "customer", ids.customer ?? "");
  const id = ids.id ?? "";
  const stored = await findObject<Stripe.CustomerBalanceTransaction>(tx, TYPE, id);
  if (!stored || stored.data.customer !== ids.customer) throw noSuchObject(nounOf(TYPE), id, "id");
  return stored.data;
}

interface BalanceChange {
  /** Negative for a credit of the customer. */
  amountCents: number;
  type: Stripe.CustomerBalanceTransaction.Type;
  description?: string | null;
  metadata?: Record<string, string>;
  invoice?: string;
  creditNote?: string;
}

/**
 * Adds to the balance that the customer's next invoice takes into account, and saves the customer.
 *
 * @param customer the customer with any other change that is saved too
 * @param before the customer as stored
 */
export async function changeCustomerBalance(
  tx: Tx,
  customer: Stripe.Customer,
  before: Stripe.Customer,
  change: BalanceChange,
): Promise<Stripe.CustomerBalanceTransaction> {
  const balance = customer.balance + change.amountCents;
  await saveCustomer(tx, before, { ...customer, balance });
  return insertBalanceChange(tx, customer, balance, change);
}

/** Records a change of the balance that is saved elsewhere. */
export async function insertBalanceChange(
  tx: Tx,
  customer: Stripe.Customer,
  endingBalance: number,
  change: BalanceChange,
): Promise<Stripe.CustomerBalanceTransaction> {
  const transaction: Stripe.CustomerBalanceTransaction = {
    id: newStripeId("cbtxn"),
    object: TYPE,
    amount: change.amountCents,
    checkout_session: null,
    created: tx.now,
    credit_note: change.creditNote ?? null,
    currency: customer.currency ?? "usd",
    customer: customer.id,
    customer_account: null,
    description: change.description ?? null,
    ending_balance: endingBalance,
    invoice: change.invoice ?? null,
    livemode: false,
    metadata: change.metadata ?? {},
    type: change.type,
  };
  await insertObject(tx, transaction, {
    refs: { customer: customer.id, invoice: change.invoice ?? null },
  });
  return transaction;
}
