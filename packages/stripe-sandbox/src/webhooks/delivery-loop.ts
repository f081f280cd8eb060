import { presentDelivery } from "../events/present-event";
import type { DeliveryFaultList } from "../faults/delivery-faults";
import type { SandboxLog } from "../options";
import type { DeliveryQueue } from "../runtime";
import type { Clock } from "../store/clock";
import type { Database } from "../store/database";
import { type Random, withRandom } from "../store/random";
import { readSetting, writeSetting } from "../store/settings";
import { applyDeliveryFaults } from "./apply-delivery-faults";
import {
  claimDue,
  countUnanswered,
  type Delivery,
  dropWaiting,
  readTarget,
  recordAttempt,
} from "./delivery-queue";
import { sendDelivery } from "./send-delivery";

/** `hold` keeps deliveries waiting, `drop` discards them. Explicit resends and duplicates are always sent. */
type DeliveryMode = "deliver" | "hold" | "drop";

export const DEFAULT_RETRY_SCHEDULE_MS: readonly number[] = [
  1_000, 3_000, 10_000, 30_000, 60_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000,
];

const CONCURRENCY = 16;
const POLL_MS = 500;
const STOP_GRACE_MS = 2_000;
const MODE_SETTING = "delivery_mode";

export interface DeliveryLoop extends DeliveryQueue {
  mode(): DeliveryMode;
  setMode(mode: DeliveryMode): Promise<void>;
  /** Pauses deliveries, waits for those in flight, and runs the work. */
  whileIdle(work: () => Promise<void>): Promise<void>;
  /** Gives deliveries in flight a moment to finish; unfinished ones are sent again after the next start. */
  stop(): Promise<void>;
}

interface DeliveryLoopOptions {
  db: Database;
  clock: Clock;
  log: SandboxLog;
  bootId: string;
  retryScheduleMs: readonly number[];
  /** How long an endpoint may take to respond. */
  timeoutMs: number;
  faults: DeliveryFaultList;
  random: Random;
}

/** Starts sending due deliveries until stopped. */
export async function startDeliveryLoop(options: DeliveryLoopOptions): Promise<DeliveryLoop> {
  const { db, clock, log, bootId, faults, random } = options;
  const stopping = new AbortController();
  const inFlight = new Map<string, Promise<void>>();
  const listeners = new Set<() => void>();
  let mode = ((await readSetting(db, MODE_SETTING)) ?? "deliver") as DeliveryMode;
  let stopped = false;
  let paused = false;
  let polling: Promise<void> = Promise.resolve();
  let wakeUp: () => void = () => undefined;
  let woken = false;

  function wake(): void {
    woken = true;
    wakeUp();
  }

  async function pause(): Promise<void> {
    if (woken || stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!stopped) {
      woken = false;
      try {
        polling = startDue();
        await polling;
      } catch (error) {
        log.error({ err: error }, "sandbox could not look for due deliveries");
      }
      await pause();
    }
  }

  async function startDue(): Promise<void> {
    if (paused) return;
    if (mode === "drop") await dropWaiting(db);
    const limit = CONCURRENCY - inFlight.size;
    if (limit <= 0) return;
    const onlyChecked = mode === "deliver" && !faults.isEmpty;
    if (onlyChecked) await withRandom(random, () => applyDeliveryFaults(db, faults, clock.nowMs()));
    const due = await claimDue(db, {
      bootId,
      nowMs: clock.nowMs(),
      limit,
      onlyForced: mode !== "deliver",
      onlyChecked,
      inFlight: [...inFlight.keys()],
    });
    for (const delivery of due) track(delivery.id, deliver(delivery));
  }

  function track(id: string, work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => log.error({ err: error }, "sandbox could not record a delivery"))
      .finally(() => {
        inFlight.delete(id);
        for (const listener of listeners) listener();
        wake();
      });
    inFlight.set(id, tracked);
  }

  async function deliver(delivery: Delivery): Promise<void> {
    const target = await readTarget(db, delivery, clock.now());
    if (!target) {
      const gone = { succeeded: false, status: null, error: "the endpoint is deleted or disabled" };
      return recordAttempt(db, delivery.id, gone, clock.nowMs(), null);
    }
    const payload = JSON.stringify(presentDelivery(target.event, target.endpoint.api_version), null, 2);
    const result = await sendDelivery({ url: target.endpoint.url, secrets: target.secrets }, payload, {
      timeoutMs: options.timeoutMs,
      stopped: stopping.signal,
    });
    // Aborted by stop(): the claim stays, and the next process sends it again.
    if (stopping.signal.aborted && !result.succeeded) return;
    const delayMs = options.retryScheduleMs[delivery.attempts - 1];
    const retryAtMs = delayMs === undefined ? null : clock.nowMs() + delayMs;
    await recordAttempt(db, delivery.id, result, clock.nowMs(), retryAtMs);
    log.info(
      { event: delivery.event_id, type: target.event.type, attempt: delivery.attempts, ...result },
      "webhook sent",
    );
  }

  async function waitFor(eventId: string, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (mode === "deliver" && !stopped) {
      const left = deadline - Date.now();
      if (left <= 0) return;
      // Subscribes before counting, or a response in between would be missed.
      const settled = nextSettled(left);
      if ((await countUnanswered(db, eventId)) === 0) return settled.forget();
      await settled.happened;
    }
  }

  function nextSettled(timeoutMs: number): { happened: Promise<void>; forget(): void } {
    let forget: () => void = () => undefined;
    const happened = new Promise<void>((resolve) => {
      forget = () => {
        clearTimeout(timer);
        listeners.delete(forget);
        resolve();
      };
      const timer = setTimeout(forget, timeoutMs);
      listeners.add(forget);
    });
    return { happened, forget };
  }

  const running = run();
  return {
    wake,
    waitFor,
    afterCurrentPoll: () => polling.catch(() => undefined),
    mode: () => mode,
    async setMode(next) {
      // Events recorded while in `drop` are dropped, even if the loop has not polled since.
      if (mode === "drop") await dropWaiting(db);
      await writeSetting(db, MODE_SETTING, next);
      mode = next;
      // A poll that began in the old mode could still send events that happen after this.
      await polling.catch(() => undefined);
      wake();
    },
    async whileIdle(work) {
      paused = true;
      try {
        await polling.catch(() => undefined);
        await Promise.all(inFlight.values());
        await work();
      } finally {
        paused = false;
        wake();
      }
    },
    async stop() {
      stopped = true;
      wake();
      await running;
      const cut = setTimeout(() => stopping.abort(), STOP_GRACE_MS);
      await Promise.all(inFlight.values());
      clearTimeout(cut);
      for (const listener of listeners) listener();
    },
  };
}
