import { BrimError } from "./errors";
import type { BrimOptions, CallOptions, KeyedCallOptions } from "./options";
import { randomKey } from "./random-key";
import { wait, waitBeforeRetry } from "./retry";
import { sendOnce } from "./send";

const DEFAULT_RETRIES = 2;
const DEFAULT_TIMEOUT_MS = 30_000;

/** Characters valid in a header. `fetch` would put any other key into its error message. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** An operation of the API. */
export interface Operation {
  method: string;
  /** Path template with parameters in braces. */
  path: string;
  /** Whether input that is not in the path is sent as the body instead of the query. */
  hasBody?: boolean;
  /** Whether it takes an idempotency key. If so, every call sends one, and retries send the same one. */
  takesKey?: boolean;
  /** Whether it is safe to repeat without an idempotency key. */
  isRepeatable?: boolean;
  /** Whether the response is text instead of JSON. */
  isText?: boolean;
}

/** A call that returns one page of a list. `all` iterates over the items of all pages and loads pages as needed. */
export interface ListCall<Input, Page, Item> {
  (input?: Input, options?: CallOptions): Promise<Page>;
  all(input?: Input, options?: CallOptions): AsyncGenerator<Item, void, undefined>;
}

type Input = { [name: string]: unknown };

/** Base class of the generated client. Sends requests and retries them. */
export class Caller {
  readonly #baseUrl: string;
  readonly #headers: Record<string, string>;
  readonly #maxRetries: number;
  readonly #timeoutMs: number;
  readonly #fetch: typeof fetch;

  /** @throws TypeError the API key contains invalid characters */
  constructor(options: BrimOptions) {
    const { apiKey, customerId } = options;
    if (apiKey !== undefined && !VISIBLE_ASCII.test(apiKey)) {
      throw new TypeError("Invalid API key: it contains spaces or non-ASCII characters.");
    }
    this.#baseUrl = withoutTrailingSlashes(options.baseUrl ?? "");
    this.#headers = {
      accept: "application/json",
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      ...(customerId !== undefined && { "brim-customer": customerId }),
    };
    this.#maxRetries = options.maxRetries ?? DEFAULT_RETRIES;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    // Browsers throw if `fetch` is called as a method of any object other than `window`.
    this.#fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  }

  /** Makes a call and retries it if that is safe. */
  protected async call<Result>(
    operation: Operation,
    input: object = {},
    options: KeyedCallOptions = {},
  ): Promise<Result> {
    const { signal, maxRetries = this.#maxRetries, timeoutMs = this.#timeoutMs } = options;
    const { url, init } = this.#requestOf(operation, input as Input, options);
    for (let n = 1; ; n++) {
      try {
        const { isText = false } = operation;
        return (await sendOnce({ url, init, timeoutMs, signal, isText, fetch: this.#fetch })) as Result;
      } catch (error) {
        if (!(error instanceof BrimError) || n > maxRetries) throw error;
        const waitMs = waitBeforeRetry(error, {
          isRepeatable: isRepeatable(operation),
          n,
          random: Math.random(),
        });
        if (waitMs === null) throw error;
        await wait(waitMs, signal);
      }
    }
  }

  /** Returns the call of a list. `field` is the field of the response with the items. */
  protected list<ListInput extends object, Page extends object, Item>(
    operation: Operation,
    field: string,
  ): ListCall<ListInput, Page, Item> {
    const readPage = (input?: object, options?: CallOptions) => this.call<Page>(operation, input, options);
    async function* all(input?: ListInput, options?: CallOptions) {
      let pageInput: object | undefined = input;
      for (;;) {
        const page = (await readPage(pageInput, options)) as Input;
        yield* page[field] as Item[];
        if (typeof page.next_cursor !== "string") return;
        pageInput = { ...input, cursor: page.next_cursor };
      }
    }
    return Object.assign(readPage, { all });
  }

  #requestOf(operation: Operation, input: Input, options: KeyedCallOptions) {
    const { method, path, hasBody, takesKey } = operation;
    const rest = { ...input };
    const filledPath = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      delete rest[name];
      return encodeURIComponent(String(input[name]));
    });
    const key = options.idempotencyKey ?? (input.idempotency_key === undefined ? randomKey() : undefined);
    const init: RequestInit = {
      method,
      headers: {
        ...this.#headers,
        ...(hasBody && { "content-type": "application/json" }),
        ...(takesKey && key !== undefined && { "idempotency-key": key }),
      },
      cache: "no-store",
      ...(hasBody && { body: JSON.stringify(rest) }),
    };
    return { url: `${this.#baseUrl}${filledPath}${hasBody ? "" : queryOf(rest)}`, init };
  }
}

function isRepeatable({ method, takesKey, isRepeatable }: Operation): boolean {
  return method === "GET" || method === "DELETE" || takesKey === true || isRepeatable === true;
}

function queryOf(input: Input): string {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length > 0 ? `?${query}` : "";
}

function withoutTrailingSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === "/") end--;
  return url.slice(0, end);
}
