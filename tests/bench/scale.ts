import type { LedgerSize } from "./ledger/fill-ledger";

/** Size and duration of the measurements. */
export interface Scale {
  /** How long a contender runs before the next one. */
  sliceMs: number;
  /** Warm-up runs of each contender. */
  warmUpMs: number;
  /** Warm-up runs of contenders that start cold, such as a new server or an uncached table. */
  longWarmUpMs: number;
  /** Number of measured runs of each contender. */
  rounds: number;
  /** Number of reads that are timed for one result. */
  reads: number;
  /** Number of routes measured by the `input-size` group. */
  inputRoutes: number;
  ledger: LedgerSize;
  grown: LedgerSize;
}

export const FULL: Scale = {
  sliceMs: 2_000,
  warmUpMs: 1_500,
  longWarmUpMs: 8_000,
  rounds: 5,
  reads: 300,
  inputRoutes: Number.POSITIVE_INFINITY,
  ledger: { customers: 10_000, transfersEach: 1, busyTransfers: 1_000 },
  grown: { customers: 10_000, transfersEach: 400, busyTransfers: 1_000_000 },
};

export const QUICK: Scale = {
  sliceMs: 50,
  warmUpMs: 50,
  longWarmUpMs: 50,
  rounds: 2,
  reads: 10,
  inputRoutes: 1,
  ledger: { customers: 200, transfersEach: 1, busyTransfers: 100 },
  grown: { customers: 200, transfersEach: 20, busyTransfers: 2_000 },
};
