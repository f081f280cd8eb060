/** Settings of a sandbox. */
export interface SandboxOptions {
  /** The sandbox's own Postgres database; its tables are made at the first start. */
  databaseUrl: string;
  /** 0, the default, takes any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Where browsers reach the hosted pages. Default: the address it listens on. */
  publicUrl?: string;
  /** `sk_test_…`. Default: made at the first start and kept in the database. */
  secretKey?: string;
  /** An endpoint that exists from the start; more can be made through the API. */
  webhook?: ConfiguredEndpoint;
  /** Waits before each further delivery attempt, in milliseconds. */
  retryScheduleMs?: readonly number[];
  /** How long the page may wait for the webhook's response before it redirects. Default 10 s, as Stripe. */
  redirectWaitMs?: number;
  /** How long an endpoint may take to respond before the delivery counts as failed. Default 10 s, as Stripe. */
  deliveryTimeoutMs?: number;
  /**
   * Enforces Stripe's rate limits: `live` allows 25 calls a second for each endpoint and 100 in all, `test` 25 in all.
   * Default `off`.
   */
  rateLimits?: "off" | "live" | "test";
  /** Makes ids and random faults repeat: the same for the same requests in the same order. Default: none do. */
  seed?: string;
  /** Default: nothing is logged. */
  log?: SandboxLog;
}

/** A webhook endpoint that exists from the start, without having been made through the API. */
export interface ConfiguredEndpoint {
  url: string;
  secret: string;
  /** Default: all events. */
  enabledEvents?: string[];
}

/** What the sandbox needs of a logger; pino fits. */
export interface SandboxLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLog: SandboxLog = { info() {}, warn() {}, error() {} };
