import { endSession, findOrCreateUser, startSession } from "@/lib/auth";
import { addMemberUnlessPresent, findCustomer, readCustomer } from "@/lib/customers";
import { prisma, withTransaction } from "@/lib/platform/db";
import { isId, type SessionId, type UserId } from "@/lib/platform/ids";
import { tokenHash } from "./token";

/** `unknown`: the link was never created, or is incomplete. */
export type LinkState = "usable" | "used" | "expired" | "unknown";

/** The user who redeemed a link. */
export interface LinkVisitor {
  userId: UserId;
  /** The new session, for the link's customer only. */
  sessionId: SessionId;
  returnPath: string;
}

/** Twelve hours. After that the operator's product creates another link. */
export const LINK_SESSION_SECONDS = 12 * 60 * 60;

/** Reads the state of a link without redeeming it. */
export async function peekBillingLink(
  link: { customerId: string; token: string },
  now: Date,
): Promise<{ state: LinkState; customerName: string | null; email: string | null }> {
  const nothing = { state: "unknown", customerName: null, email: null } as const;
  if (!isId("customer", link.customerId)) return nothing;
  const [row, customer] = await Promise.all([
    prisma().billingLink.findUnique({ where: { customerId_tokenHash: keyOf(link) } }),
    findCustomer(link.customerId),
  ]);
  if (!row || !customer) return nothing;
  const state = row.usedAt ? "used" : row.expiresAt <= now ? "expired" : "usable";
  return { state, customerName: customer.name, email: row.email };
}

/**
 * Redeems a link. One statement decides which of several concurrent requests wins. Creates the user if needed and adds it to
 * the customer: as owner if it has the customer's own address, otherwise with the role `billing`. A member keeps its role.
 *
 * @param replaces the browser's current session, which ends
 * @returns null when the link is unknown, used or expired
 */
export async function redeemBillingLink(
  link: { customerId: string; token: string },
  replaces: SessionId | null,
  now: Date,
): Promise<LinkVisitor | null> {
  const { customerId } = link;
  if (!isId("customer", customerId)) return null;
  return withTransaction(async (tx) => {
    const [used] = await tx.billingLink.updateManyAndReturn({
      where: { ...keyOf(link), usedAt: null, expiresAt: { gt: now } },
      data: { usedAt: now },
    });
    if (!used) return null;
    const customer = await readCustomer(customerId, tx);
    const { userId } = await findOrCreateUser(tx, used.email);
    const role = used.email === customer.email ? "owner" : "billing";
    await addMemberUnlessPresent(tx, { customerId, userId, role });
    if (replaces) await endSession(replaces, tx);
    const expiresAt = new Date(now.getTime() + LINK_SESSION_SECONDS * 1_000);
    const sessionId = await startSession(tx, { userId, onlyCustomerId: customerId, expiresAt }, now);
    return { userId, sessionId, returnPath: used.returnPath };
  });
}

function keyOf({ customerId, token }: { customerId: string; token: string }) {
  return { customerId, tokenHash: tokenHash(token) };
}
