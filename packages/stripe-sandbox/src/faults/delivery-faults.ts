import { currentRandom } from "../store/random";

/** Something that goes wrong on the way to an endpoint. */
interface DeliveryFault {
  /** `type` is exact, or a prefix when it ends with `*`. Leaving a field out matches everything. */
  match: { type?: string | undefined; endpoint?: string | undefined };
  /**
   * `drop`: never sent; `delay`: sent later; `duplicate`: sent again, in parallel or after the first answer;
   * `copy`: a second event with a new id tells the same change; `reorder`: held until `times` are there, then sent
   * one after the other in reverse.
   */
  action: "drop" | "delay" | "duplicate" | "copy" | "reorder";
  /** How many deliveries it hits; null for all until it is taken away. */
  times: number | null;
  /** 1 hits every delivery that matches, 0.1 every tenth; drawn from the sandbox's seed when it has one. */
  chance: number;
  /** Of `delay`, and of `reorder` how long it waits for deliveries that do not come. On the sandbox's clock. */
  delayMs: number;
  /** Of `duplicate`: how often it is sent again. */
  copies: number;
  parallel: boolean;
}

/** A fault that hits a delivery, and the deliveries that it already holds back. */
export interface DeliveryHit {
  fault: DeliveryFault;
  held: string[];
  /** No more deliveries will come to it. */
  isLast: boolean;
}

interface Waiting {
  fault: DeliveryFault;
  left: number | null;
  held: string[];
}

/** Faults waiting to hit deliveries. In memory only: a restarted sandbox is well again. */
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

  /** Uses up one hit of the first fault that fits this delivery and is in luck. */
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
