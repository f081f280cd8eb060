import { endSession, provideUser, startSession } from "@/lib/auth";
import { findCustomer, keepMember, readCustomer } from "@/lib/customers";
import { prisma, withTransaction } from "@/lib/platform/db";
import { isId, type SessionId, type UserId } from "@/lib/platform/ids";
import { tokenHash } from "./token";

/** What has become of a link. `unknown` is one that we never made, or only a part of one. */
export type LinkState = "usable" | "used" | "expired" | "unknown";

/** Who comes in by a link, and where it leads. */
export interface LinkVisitor {
  userId: UserId;
  /** The session that the link has opened, for its customer alone. */
  sessionId: SessionId;
  returnPath: string;
}

/** What a link opens lasts as long as a day's work; then the product makes another link. */
export const LINK_SESSION_SECONDS = 12 * 60 * 60;

/** Tells what a link is good for without using it up. */
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
 * Uses a link up: one statement decides who of many is the first. The user is made if there is none, and a member of
 * the customer from now on: its owner with the customer's own address, otherwise with the role `billing`; who is a
 * member already keeps the role.
 *
 * @param replaces the session that the browser had until now, which ends
 * @returns null when it cannot be used (any more)
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
    const { userId } = await provideUser(tx, used.email);
    const role = used.email === customer.email ? "owner" : "billing";
    await keepMember(tx, { customerId, userId, role });
    if (replaces) await endSession(replaces, tx);
    const expiresAt = new Date(now.getTime() + LINK_SESSION_SECONDS * 1_000);
    const sessionId = await startSession(tx, { userId, onlyCustomerId: customerId, expiresAt }, now);
    return { userId, sessionId, returnPath: used.returnPath };
  });
}

function keyOf({ customerId, token }: { customerId: string; token: string }) {
  return { customerId, tokenHash: tokenHash(token) };
}
