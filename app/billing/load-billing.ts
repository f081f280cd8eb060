import { cardName } from "@/components/billing/card-labels";
import type { CheckoutReturn } from "@/components/billing/return-notice";
import { hasScope, type Session, scopesOfRole } from "@/lib/auth";
import { listCustomersOf, type MemberOf } from "@/lib/customers";
import { presentTopUp } from "@/lib/http";
import { type Balance, listRecords, readBalance, type TransferRecord } from "@/lib/ledger";
import { readLowBalanceThresholds } from "@/lib/low-balance";
import { fromCents, type Nanos } from "@/lib/money";
import { listCards, type SavedCard } from "@/lib/payment-methods";
import { type CustomerId, isId } from "@/lib/platform/ids";
import {
  expectPayment,
  findIntent,
  findInvoices,
  type InvoiceLink,
  readTopUp,
  type TopUpIntent,
} from "@/lib/top-ups";
import { type LoadedAutoTopUp, loadAutoTopUp } from "./load-auto-top-up";

const SHOWN_RECORDS = 10;

/** Query parameters of the billing page. */
export interface BillingQuery {
  customer?: string | undefined;
  topup?: string | undefined;
  mode?: string | undefined;
  intent?: string | undefined;
}

/** Everything the billing page shows for one customer. */
export interface BillingView {
  customer: MemberOf;
  customers: MemberOf[];
  /** Whether the viewer may top up and save cards. */
  mayPay: boolean;
  balance: Balance;
  cards: SavedCard[];
  autoTopUp: LoadedAutoTopUp;
  /** Levels of the balance that are reported by email, highest first. */
  lowBalanceLevels: Nanos[];
  records: TransferRecord[];
  /** Invoices by the id of their top-up. */
  invoices: Map<string, InvoiceLink>;
  checkoutReturn: CheckoutReturn | null;
}

/**
 * Loads the billing page of the customer named in the query, or of the user's first customer.
 *
 * @returns "no_customer" if the user has no customers; "foreign" if the named customer is not one of the user's, or the
 *   top-up id is malformed
 */
export async function loadBilling(
  user: Session,
  query: BillingQuery,
): Promise<BillingView | "no_customer" | "foreign"> {
  // The query may contain any text, including text that the database rejects.
  if (query.intent && !isId("topUp", query.intent)) return "foreign";
  const { onlyCustomerId } = user;
  const customers = (await listCustomersOf(user.userId)).filter(
    ({ customerId }) => onlyCustomerId === null || onlyCustomerId === customerId,
  );
  const customer = query.customer
    ? customers.find(({ customerId }) => customerId === query.customer)
    : customers[0];
  if (!customer) return query.customer ? "foreign" : "no_customer";
  const { customerId, role } = customer;
  const [balance, cards, records, thresholds] = await Promise.all([
    readBalance(customerId),
    listCards(customerId),
    listRecords(customerId, { limit: SHOWN_RECORDS }).then((page) => page.items),
    readLowBalanceThresholds(customerId),
  ]);
  const [autoTopUp, invoices, checkoutReturn] = await Promise.all([
    loadAutoTopUp(customerId, { balance, cards }, new Date()),
    invoicesOf(customerId, records),
    readReturn(customerId, query, cards),
  ]);
  return {
    customer,
    customers,
    mayPay: hasScope({ scopes: scopesOfRole(role) }, "billing:write"),
    balance,
    cards,
    autoTopUp,
    lowBalanceLevels: thresholds.map(fromCents),
    records,
    invoices,
    checkoutReturn,
  };
}

function invoicesOf(customerId: CustomerId, records: TransferRecord[]): Promise<Map<string, InvoiceLink>> {
  const credits = records.filter(({ kind, source }) => kind === "credit" && source.type === "topup");
  return findInvoices(
    customerId,
    credits.map(({ source }) => source.id),
  );
}

/** Describes the top-up the user returned from, using our own records only: the page must not wait for Stripe. */
async function readReturn(
  customerId: CustomerId,
  query: BillingQuery,
  cards: SavedCard[],
): Promise<CheckoutReturn | null> {
  if (query.topup !== "success" && query.topup !== "cancelled") return null;
  const intent = query.intent ? await findIntent({ customerId, topUpIntentId: query.intent }) : null;
  const { topup: result } = query;
  if (intent && result === "success") await expectPayment(customerId, intent.topUpIntentId, new Date());
  if (!intent) {
    const mode = query.mode === "setup" ? "setup" : "payment";
    return { result, mode, topUpIntentId: null, topUp: null, card: null, isAwaitingCard: false };
  }
  const { status, mode, amount_usd, failure } = presentTopUp({ intent, timeline: [] });
  return {
    result,
    mode: intent.mode === "setup" ? "setup" : "payment",
    topUpIntentId: intent.topUpIntentId,
    topUp: { status, mode, amount_usd, failure },
    card:
      intent.mode === "setup" && intent.status === "succeeded"
        ? await savedCardOf(customerId, intent.topUpIntentId, cards)
        : null,
    isAwaitingCard: isAwaitingCard(intent, cards),
  };
}

/** Whether a succeeded top-up saves a card that is not listed yet, or not yet marked as the default. */
function isAwaitingCard(intent: TopUpIntent, cards: readonly SavedCard[]): boolean {
  if (intent.status !== "succeeded" || !(intent.mode === "setup" || intent.savePaymentMethod)) return false;
  const isListed = cards.some(({ createdAt }) => createdAt >= intent.createdAt);
  return !isListed || !cards.some(({ isDefault }) => isDefault);
}

/** Names the card that a finished setup saved. A finished top-up is read without a call to Stripe. */
async function savedCardOf(
  customerId: CustomerId,
  topUpIntentId: string,
  cards: SavedCard[],
): Promise<string | null> {
  const { timeline } = await readTopUp(customerId, topUpIntentId);
  const saved = timeline.find(({ what }) => what === "card_saved")?.reference;
  const card = cards.find(({ paymentMethodId }) => paymentMethodId === saved);
  return card ? cardName(card) : null;
}
