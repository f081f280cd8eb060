import { findStripeCustomer } from "@/lib/customers";
import { prisma } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { type Page, type PageRequest, readPage } from "@/lib/platform/paging";
import { type CardExpiry, expiryOf } from "./expiring-cards";
import { type CardRow, isSameCard } from "./find-card";

export interface SavedCard {
  paymentMethodId: string;
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
  expiry: CardExpiry;
  isDefault: boolean;
  createdAt: Date;
  /** The ids of all its payment methods. A card that was saved twice has two. */
  allIds: string[];
  /** The one that can be charged while the customer is away; null if none can. */
  chargeableId: string | null;
}

/**
 * Lists a customer's saved cards, newest first. A card that was saved twice is two payment methods at Stripe, but listed
 * once: as the default, or else the one for off-session use, or else the newest.
 */
export async function listCards(customerId: CustomerId): Promise<SavedCard[]> {
  const { rows, defaultId } = await readCards(customerId);
  const rank = (row: CardRow) => (row.paymentMethodId === defaultId ? 2 : row.usableOffSession ? 1 : 0);
  return rows
    .filter((row, index) =>
      rows.every((other, at) => {
        if (other === row || !isSameCard(row, other)) return true;
        return rank(row) > rank(other) || (rank(row) === rank(other) && index < at);
      }),
    )
    .map((row) => shown(row, rows, defaultId));
}

/**
 * Lists one page of the same cards. Reads all of them for each page: a customer has few, and duplicates are only found among
 * all of them.
 */
export function listCardPage(customerId: CustomerId, request: PageRequest): Promise<Page<SavedCard>> {
  const read = async (take: number, before: string | undefined) =>
    (await listCards(customerId))
      .sort((one, other) => (positionOf(one) < positionOf(other) ? 1 : -1))
      .filter((card) => before === undefined || positionOf(card) < before)
      .slice(0, take);
  return readPage(request, read, positionOf);
}

/** The position of a card in the list, which it keeps after it was removed. */
function positionOf({ createdAt, paymentMethodId }: SavedCard): string {
  return `${createdAt.toISOString()} ${paymentMethodId}`;
}

/** Reads one card, even one that the list leaves out as a duplicate. Returns null when it is detached. */
export async function readCard(customerId: CustomerId, paymentMethodId: string): Promise<SavedCard | null> {
  const { rows, defaultId } = await readCards(customerId);
  const row = rows.find((one) => one.paymentMethodId === paymentMethodId);
  return row ? shown(row, rows, defaultId) : null;
}

async function readCards(customerId: CustomerId): Promise<{ rows: CardRow[]; defaultId: string | null }> {
  const [rows, link] = await Promise.all([
    prisma().paymentMethod.findMany({
      where: { customerId, livemode: livemode(), detachedAt: null },
      orderBy: [{ createdAt: "desc" }, { paymentMethodId: "desc" }],
    }),
    findStripeCustomer(customerId),
  ]);
  return { rows, defaultId: link?.defaultPaymentMethodId ?? null };
}

function shown(row: CardRow, rows: readonly CardRow[], defaultId: string | null): SavedCard {
  const same = [row, ...rows.filter((other) => other !== row && isSameCard(row, other))];
  return {
    paymentMethodId: row.paymentMethodId,
    brand: row.cardBrand,
    last4: row.cardLast4,
    expMonth: row.cardExpMonth,
    expYear: row.cardExpYear,
    expiry: expiryOf(row, new Date()),
    isDefault: row.paymentMethodId === defaultId,
    createdAt: row.createdAt,
    allIds: same.map(({ paymentMethodId }) => paymentMethodId),
    chargeableId: same.find(({ usableOffSession }) => usableOffSession)?.paymentMethodId ?? null,
  };
}
