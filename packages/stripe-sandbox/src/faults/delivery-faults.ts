import { currentRandom } from "../store/random";

/** A failure injected between an event and an endpoint. */
interface DeliveryFault {
  /** `type` is exact, or a prefix if it ends with `*`. An omitted field matches everything. */
  match: { type?: string | undefined; endpoint?: string | undefined };
  /**
   * `drop`: never sent; `delay`: sent later; `duplicate`: sent again, in parallel or after the first response;
   * `copy`: a second event with a new id reports the same change; `reorder`: held until `times` have arrived, then sent
   * one after the other in reverse.
   */
  action: "drop" | "delay" | "duplicate" | "copy" | "reorder";
  /** How many deliveries it affects; null means all until it is removed. */
  times: number | null;
  /** Probability from 0 to 1 that a matching delivery is affected; follows the sandbox's seed if it has one. */
  chance: number;
  /** For `delay`, and for `reorder` how long it waits for missing deliveries. On the sandbox's clock. */
  delayMs: number;
  /** For `duplicate`: how many times it is sent again. */
  copies: number;
  parallel: boolean;
}

/** A fault that affects a delivery, and the deliveries it already holds. */
export interface DeliveryHit {
  fault: DeliveryFault;
  held: string[];
  /** This is the last delivery it affects. */
  isLast: boolean;
}

interface Waiting {
  fault: DeliveryFault;
  left: number | null;
  held: string[];
}

/** Faults of deliveries. In memory only: a restart clears them. */
export class DeliveryFaultList {
  #waiting: Waiting[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(fault: DeliveryFault): void {
    this.#waiting.push({ fault, left: fault.times, held: [] });
  }

  clear(): void {
    this.#waiting = [];
  }

  list(): readonly DeliveryFault[] {
    return this.#waiting.map(({ fault, left }) => ({ ...fault, times: left }));
  }

  /** Returns the first fault that matches this delivery and passes its chance, and counts it down. */
  take(delivery: { type: string; endpoint: string }): DeliveryHit | undefined {
    const hit = this.#waiting.find(({ fault }) => fits(fault, delivery) && passesChance(fault));
    if (!hit) return undefined;
    if (hit.left !== null) hit.left -= 1;
    this.#waiting = this.#waiting.filter(({ left }) => left !== 0);
    return { fault: hit.fault, held: hit.held, isLast: hit.left === 0 };
  }
}

function fits({ match }: DeliveryFault, { type, endpoint }: { type: string; endpoint: string }): boolean {
  if (match.endpoint !== undefined && match.endpoint !== endpoint) return false;
  if (match.type === undefined) return true;
  return match.type.endsWith("*") ? type.startsWith(match.type.slice(0, -1)) : type === match.type;
}

function passesChance({ chance }: DeliveryFault): boolean {
  return chance >= 1 || currentRandom().fraction() < chance;
}
