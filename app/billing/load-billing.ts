import { cardName } from "@/components/billing/card-words";
import type { CheckoutReturn } from "@/components/billing/return-notice";
import { hasScope, type Session, scopesOfRole } from "@/lib/auth";
import { listCustomersOf, type MemberOf } from "@/lib/customers";
import { presentTopUp } from "@/lib/http";
import { type Balance, listRecords, readBalance, type TransferRecord } from "@/lib/ledger";
import { listCards, type SavedCard } from "@/lib/payment-methods";
import { type CustomerId, isId } from "@/lib/platform/ids";
import { findIntent, findInvoices, type InvoiceLink, readTopUp, type TopUpIntent } from "@/lib/top-ups";

const SHOWN_RECORDS = 10;

/** What the address of the page says. */
export interface BillingQuery {
  customer?: string | undefined;
  topup?: string | undefined;
  mode?: string | undefined;
  intent?: string | undefined;
}

/** Everything on the page of one customer. */
export interface BillingView {
  customer: MemberOf;
  customers: MemberOf[];
  /** Whether the viewer may add money and save cards. */
  mayPay: boolean;
  balance: Balance;
  cards: SavedCard[];
  records: TransferRecord[];
  /** Of the top-ups among the records, by their ids. */
  invoices: Map<string, InvoiceLink>;
  back: CheckoutReturn | null;
}

/**
 * Reads the page of the customer that the address names, or of the user's first one.
 *
 * @returns "no_customer" for a user without any, "foreign" when the named one is not the user's, or the named attempt cannot exist
 */
export async function loadBilling(
  user: Session,
  query: BillingQuery,
): Promise<BillingView | "no_customer" | "foreign"> {
  // Any text can stand in the address of a page, also one that the database refuses.
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
  const [balance, cards, records] = await Promise.all([
    readBalance(customerId),
    listCards(customerId),
    listRecords(customerId, { limit: SHOWN_RECORDS }).then((page) => page.records),
  ]);
  return {
    customer,
    customers,
    mayPay: hasScope({ scopes: scopesOfRole(role) }, "billing:write"),
    balance,
    cards,
    records,
    invoices: await invoicesOf(customerId, records),
    back: await readReturn(customerId, query, cards),
  };
}

function invoicesOf(customerId: CustomerId, records: TransferRecord[]): Promise<Map<string, InvoiceLink>> {
  const credits = records.filter(({ kind, source }) => kind === "credit" && source.type === "topup");
  return findInvoices(
    customerId,
    credits.map(({ source }) => source.id),
  );
}

/** What the return from Checkout was about, as our own records have it: the page must not wait for Stripe. */
async function readReturn(
  customerId: CustomerId,
  query: BillingQuery,
  cards: SavedCard[],
): Promise<CheckoutReturn | null> {
  if (query.topup !== "success" && query.topup !== "cancelled") return null;
  const intent = query.intent ? await findIntent({ customerId, topUpIntentId: query.intent }) : null;
  const asked = { result: query.topup, mode: query.mode === "setup" ? "setup" : "payment" } as const;
  if (!intent) return { ...asked, topUpIntentId: null, topUp: null, card: null, awaitsCard: false };
  const { status, mode, amount_usd, failure } = presentTopUp({ intent, timeline: [] });
  return {
    result: asked.result,
    mode: intent.mode === "setup" ? "setup" : "payment",
    topUpIntentId: intent.topUpIntentId,
    topUp: { status, mode, amount_usd, failure },
    card:
      intent.mode === "setup" && intent.status === "succeeded"
        ? await savedCardOf(customerId, intent.topUpIntentId, cards)
        : null,
    awaitsCard: awaitsCard(intent, cards),
  };
}

/** Whether an attempt that has succeeded saves a card that is not listed yet, or not yet as the default. */
function awaitsCard(intent: TopUpIntent, cards: readonly SavedCard[]): boolean {
  if (intent.status !== "succeeded" || !(intent.mode === "setup" || intent.savePaymentMethod)) return false;
  const isListed = cards.some(({ createdAt }) => createdAt >= intent.createdAt);
  return !isListed || !cards.some(({ isDefault }) => isDefault);
}

/** The card that a finished attempt has saved. Its history names it; a decided attempt asks nothing of Stripe. */
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
