export type BrimOptions = SharedOptions & (KeyOptions | SessionOptions);

interface KeyOptions {
  /** `brim_sk_…`. Use it only on servers: anyone who reads it can spend. */
  apiKey?: string | undefined;
  /** URL of Brim, such as `https://billing.example.com`. */
  baseUrl: string;
  customerId?: undefined;
}

/** For Brim's own pages: authenticates with the browser's session. */
interface SessionOptions {
  /** The customer to act on. */
  customerId: string;
  /** Defaults to the page's origin. */
  baseUrl?: string | undefined;
  apiKey?: undefined;
}

interface SharedOptions {
  /** Maximum number of retries. Default 2. */
  maxRetries?: number | undefined;
  /** Timeout of each attempt. Default 30 seconds. */
  timeoutMs?: number | undefined;
  /** Replaces the global `fetch`. */
  fetch?: typeof fetch | undefined;
}

/** Options of one call. */
export interface CallOptions {
  /** Aborts the call, which then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  maxRetries?: number | undefined;
  timeoutMs?: number | undefined;
}

/** Options of one call that takes an idempotency key. */
export interface KeyedCallOptions extends CallOptions {
  /** 1 to 255 visible ASCII characters. Defaults to a random key. */
  idempotencyKey?: string | undefined;
}
