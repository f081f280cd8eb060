import { runAutoTopUp, sweepAutoTopUps } from "@/lib/auto-charge";
import type { ApiCustomer, RunningBrim } from "./brim";

const HOUR_MS = 3_600_000;

/** Moves Stripe's clock and ours together. */
export class SimulatedTime {
  #passedMs = 0;

  constructor(private readonly brim: RunningBrim) {}

  get now(): Date {
    return new Date(Date.now() + this.#passedMs);
  }

  /** Lets hours pass, then runs the sweep that a worker runs every minute. */
  async pass(hours: number): Promise<void> {
    this.#passedMs += hours * HOUR_MS;
    await this.brim.control("/clock", { advance_seconds: Math.round(hours * 3_600) });
    await this.sweep();
  }

  async sweep(): Promise<void> {
    await sweepAutoTopUps(this.now);
  }

  /** Does what the task does that a debit enqueues. */
  run({ customerId }: ApiCustomer): Promise<void> {
    return runAutoTopUp(customerId, this.now);
  }
}
