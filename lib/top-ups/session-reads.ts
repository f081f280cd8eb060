import type { StripeCustomerLink } from "@/lib/customers";
import { findStripeCustomers } from "@/lib/customers";
import { type CheckoutFacts, listSessionsBefore, retrieveCheckoutSession } from "@/lib/stripe";
import { findIntents, type TopUpIntent, type TopUpRef } from "./intents";

/** A session as read from Stripe, and what was stored about its top-up before that. */
export interface SessionRead {
  seen: TopUpIntent;
  link: StripeCustomerLink | null;
  session: CheckoutFacts;
}

/** Reading fewer than this one by one costs no more calls than reading them together. */
const MIN_TOGETHER = 3;

/** A page of the list must contain this many of the sessions, or reading the rest one by one costs no more. */
const MIN_HITS = 2;

/** Sessions of many top-ups that were read with a few calls. Each counts as a re-read as long as its top-up did not change. */
export class SessionReads {
  readonly #bySession = new Map<string, SessionRead>();
  readonly #sessionOfPayment = new Map<string, string>();

  add(read: SessionRead): void {
    const { sessionId, payment } = read.session;
    this.#bySession.set(sessionId, read);
    if (payment) this.#sessionOfPayment.set(payment.paymentIntentId, sessionId);
  }

  get size(): number {
    return this.#bySession.size;
  }

  find(ref: TopUpRef, sessionId: string): SessionRead | undefined {
    const read = this.#bySession.get(sessionId);
    return read?.seen.topUpIntentId === ref.topUpIntentId ? read : undefined;
  }

  findSessionOfPayment(paymentIntentId: string): string | undefined {
    return this.#sessionOfPayment.get(paymentIntentId);
  }

  /** The read was applied, so that it is as new as the top-up's state now. A read from elsewhere changes nothing. */
  confirm(read: SessionRead, version: number): void {
    if (this.#has(read)) read.seen = { ...read.seen, version };
  }

  /** The top-up has changed since the read. */
  forget(read: SessionRead): void {
    if (this.#has(read)) this.#bySession.delete(read.session.sessionId);
  }

  #has(read: SessionRead): boolean {
    return this.#bySession.get(read.session.sessionId) === read;
  }
}

/**
 * Reads the current sessions of some top-ups together: the newest by itself, then the pages of the list that follow it, as long
 * as they contain enough of them. What is not found is read one by one by whoever needs it.
 *
 * @throws StripeUnavailableError Stripe cannot be read
 */
export async function readSessions(refs: readonly TopUpRef[]): Promise<SessionReads> {
  const reads = new SessionReads();
  // Before Stripe is read, so that a change in between is noticed.
  const [intents, links] = await Promise.all([
    findIntents(refs),
    findStripeCustomers(refs.map(({ customerId }) => customerId)),
  ]);
  const wanted = new Map(
    intents
      .filter(({ stripeSessionId }) => stripeSessionId !== null)
      .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
      .map((intent) => [intent.stripeSessionId as string, intent]),
  );
  const [newest] = wanted.keys();
  if (wanted.size < MIN_TOGETHER || newest === undefined) return reads;

  const take = (session: CheckoutFacts): boolean => {
    const seen = wanted.get(session.sessionId);
    if (!seen) return false;
    wanted.delete(session.sessionId);
    reads.add({ seen, link: links.get(seen.customerId) ?? null, session });
    return true;
  };
  const first = await retrieveCheckoutSession(newest);
  if (!first) return reads;
  take(first);
  for (let last = newest, hits = MIN_HITS; hits >= MIN_HITS && wanted.size > 0; ) {
    const page = await listSessionsBefore(last);
    hits = page.filter(take).length;
    last = page.at(-1)?.sessionId ?? last;
  }
  return reads;
}
