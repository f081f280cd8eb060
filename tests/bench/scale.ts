import type { LedgerSize } from "./ledger/fill-ledger";

/** How much is measured. */
export interface Scale {
  /** One contender runs for so long before the next one has its turn. */
  sliceMs: number;
  /** Runs of each contender before the first that counts. */
  warmUpMs: number;
  /** The same for what begins cold: a server whose code is not compiled yet, a table that is not in memory. */
  longWarmUpMs: number;
  /** How often each contender has its turn. */
  rounds: number;
  /** Single reads that are timed for one number. */
  reads: number;
  /** Routes whose fields, headers and parameters are filled up; all are measured in full. */
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
