/** Who calls which Brim. */
export type BrimOptions = SharedOptions & (KeyOptions | SessionOptions);

interface KeyOptions {
  /** `brim_sk_…`. Keep it on servers: whoever reads it can spend. */
  apiKey?: string | undefined;
  /** Where Brim is, as in `https://billing.example.com`. */
  baseUrl: string;
  customerId?: undefined;
}

/** For pages of Brim's own: the browser's session is the caller. */
interface SessionOptions {
  /** The customer that the page is about. */
  customerId: string;
  /** The page's own origin when it is left out. */
  baseUrl?: string | undefined;
  apiKey?: undefined;
}

interface SharedOptions {
  /** How often a call is repeated that may succeed later; 2 unless said otherwise. */
  maxRetries?: number | undefined;
  /** For each try; 30 seconds unless said otherwise. */
  timeoutMs?: number | undefined;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch | undefined;
}

/** For one call. */
export interface CallOptions {
  /** Gives up when it is aborted: the call throws the signal's reason. */
  signal?: AbortSignal | undefined;
  maxRetries?: number | undefined;
  timeoutMs?: number | undefined;
}

/** For one call that takes an idempotency key. */
export interface KeyedCallOptions extends CallOptions {
  /** Your name for what the call does, 1 to 255 visible ASCII characters. Made at random when it is left out. */
  idempotencyKey?: string | undefined;
}
