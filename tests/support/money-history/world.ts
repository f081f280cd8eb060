import { createApiKey } from "@/lib/api-keys";
import { type CustomerActor, SCOPES } from "@/lib/auth";
import { createCustomer } from "@/lib/customers";
import { prisma } from "@/lib/platform/db";
import type { RunningBrim } from "../brim";
import type { EventFeed, FedEvent } from "../event-feed";

/** A top-up as it is at the sandbox. */
export interface RealTopUp {
  topUpIntentId: string;
  sessionId: string;
  paymentIntentId: string | null;
}

/** One customer and everything that happened to it. */
export interface Real {
  world: World;
  actor: CustomerActor;
  topUps: RealTopUp[];
  holds: string[];
  /** All of its events, oldest first. */
  events: FedEvent[];
  /** Those that Brim has not handled yet. */
  waiting: Set<FedEvent>;
}

/** What all customers of a test share: one Brim, one sandbox, one feed of events. */
export class World {
  private readonly owners = new Map<string, Real>();
  private unclaimed: FedEvent[] = [];

  constructor(
    readonly brim: RunningBrim,
    private readonly feed: EventFeed,
  ) {}

  /** Creates a customer whose auto top-up is on. */
  async newReal(): Promise<Real> {
    const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });
    const { apiKeyId } = await createApiKey({ customerId, name: "test", scopes: "all" });
    const terms = { thresholdCents: 500, amountCents: 2_000, monthlyCapCents: 100_000 };
    await prisma().autoTopUpRule.create({
      data: { customerId, ...terms, enabled: true, enabledAt: new Date() },
    });
    await prisma().ledgerAccount.update({
      where: { customerId },
      data: { autoTopupThresholdNanos: 5_000_000_000n },
    });
    const actor: CustomerActor = { kind: "customer_key", customerId, apiKeyId, scopes: SCOPES };
    const real: Real = { world: this, actor, topUps: [], holds: [], events: [], waiting: new Set() };
    this.owners.set(customerId, real);
    return real;
  }

  /** Says whose events those about an object at Stripe are. */
  claim(stripeId: string, real: Real): void {
    this.owners.set(stripeId, real);
  }

  /** Hands every new event to its customer. */
  async collect(): Promise<void> {
    const events = [...this.unclaimed, ...(await this.feed.readNew())];
    this.unclaimed = [];
    for (const event of events) {
      const owner = this.ownerOf(event.data.object);
      if (!owner) this.unclaimed.push(event); // perhaps its payment is not known yet
      owner?.events.push(event);
      owner?.waiting.add(event);
    }
  }

  private ownerOf(object: Record<string, unknown>): Real | undefined {
    const metadata = object.metadata as Record<string, unknown> | null | undefined;
    const names = [metadata?.customer_id, object.id, object.payment_intent, object.customer].filter(isText);
    const owner = names.map((name) => this.owners.get(name)).find((one) => one !== undefined);
    if (owner) for (const name of names) this.claim(name, owner);
    return owner;
  }
}

const isText = (value: unknown): value is string => typeof value === "string";
