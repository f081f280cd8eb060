import { prisma } from "@/lib/platform/db";
import {
  type AutoCustomer,
  type AutoCustomerOptions,
  anAutoCustomer,
  autoTopUps,
  enable,
  saveCard,
  spend,
} from "./auto-top-up";
import type { RunningBrim } from "./brim";
import { deliverAbout } from "./paid-top-up";
import { type Random, seededRandom } from "./random";
import type { SimulatedTime } from "./simulated-time";

const TERMS = { monthly_cap_usd: "100.00", daily_cap_usd: "45.00", daily_cap_count: 2 };

/** The caps of every simulated customer, in cents. */
export const CAPS = { monthCents: 10_000, dayCents: 4_500, dayCount: 2 };

const DECLINES = ["insufficient_funds", "insufficient_funds", "generic_decline", "lost_card", "expired_card"];

/** A customer whose days are random: it spends, its card is declined, removed or replaced, payments go back. */
export class SimulatedCustomer {
  spentCents = 0;
  #isDeclined = false;
  #isDetached = false;
  readonly #random: Random;

  private constructor(
    private readonly brim: RunningBrim,
    readonly auto: AutoCustomer,
    seed: number,
  ) {
    this.#random = seededRandom(seed);
  }

  static async create(brim: RunningBrim, seed: number): Promise<SimulatedCustomer> {
    const country = seededRandom(seed).chance(0.3) ? "DE" : "US";
    const options: AutoCustomerOptions = { country, balance: 20, rule: TERMS };
    return new SimulatedCustomer(brim, await anAutoCustomer(brim, options), seed);
  }

  /** Does what comes to its mind now, and what its debits and changes enqueue. */
  async live(time: SimulatedTime): Promise<void> {
    const random = this.#random;
    const hasSpent = random.chance(0.6);
    if (hasSpent) await this.#spend(random.chance(0.1) ? 2_000 : 800);
    if (random.chance(0.05)) await this.#changeCard();
    if (random.chance(0.06)) await this.#takeMoneyBack();
    if (random.chance(0.3)) await this.#comeBack();
    if (hasSpent) await time.run(this.auto);
  }

  async #spend(mostCents: number): Promise<void> {
    const cents = this.#random.between(1, mostCents);
    const { status } = await spend(this.auto, (cents / 100).toFixed(2));
    if (status === 200) this.spentCents += cents;
    else if (status !== 402) throw new Error(`A charge was answered with ${status}.`);
  }

  /** The bank changes its mind about the card, or it is removed. */
  async #changeCard(): Promise<void> {
    const { paymentMethodId: id } = this.auto;
    if (this.#isDetached) return;
    if (this.#random.chance(0.25)) {
      this.#isDetached = true;
      await this.brim.control(`/payment_methods/${id}/detach`);
      const card = { id, object: "payment_method", customer: null };
      await deliverAbout(this.brim, "payment_method.detached", card);
    } else if (this.#isDeclined) {
      this.#isDeclined = false;
      await this.brim.control(`/payment_methods/${id}/accept`);
    } else {
      this.#isDeclined = true;
      const decline_code = this.#random.pick(DECLINES);
      await this.brim.control(`/payment_methods/${id}/decline`, { decline_code });
    }
  }

  /** A payment is refunded, in part or in full, or disputed. */
  async #takeMoneyBack(): Promise<void> {
    const paid = (await autoTopUps(this.auto)).filter(({ creditedAt }) => creditedAt !== null);
    const topUp = this.#random.pick(paid);
    const isDispute = this.#random.chance(0.3);
    const amount = this.#random.chance(0.5) ? this.#random.between(1, 2_000) : undefined;
    if (!topUp?.stripePaymentIntentId || topUp.reversedNanos > 0n || topUp.disputeState) return;
    const { stripePaymentIntentId: payment } = topUp;
    if (isDispute) {
      const { id } = await this.brim.control(`/charges/${payment}/dispute`, {});
      await deliverAbout(this.brim, "charge.dispute.created", { id, object: "dispute" });
      const end = this.#random.pick(["win", "lose"] as const);
      await this.brim.control(`/disputes/${id}/${end}`, {});
      await deliverAbout(this.brim, "charge.dispute.closed", { id, object: "dispute" });
    } else {
      const { id } = await this.brim.stripe.refunds.create({
        payment_intent: payment,
        ...(amount !== undefined && { amount }),
      });
      await deliverAbout(this.brim, "refund.created", { id, object: "refund" });
    }
  }

  /** The customer sees that auto top-up is off, saves another card if that is why, and enables it again. */
  async #comeBack(): Promise<void> {
    const { customerId } = this.auto;
    const rule = await prisma().autoTopUpRule.findUniqueOrThrow({ where: { customerId } });
    if (rule.enabled) return;
    if (this.#isDetached || this.#isDeclined) {
      this.auto.paymentMethodId = await saveCard(this.brim, this.auto);
      this.#isDetached = false;
      this.#isDeclined = false;
    }
    await enable(this.auto, { ...TERMS, payment_method_id: this.auto.paymentMethodId });
  }
}
