import { BrimError } from "./errors";
import type { BrimOptions, CallOptions, KeyedCallOptions } from "./options";
import { randomKey } from "./random-key";
import { wait, waitBeforeRetry } from "./retry";
import { sendOnce } from "./send";

const DEFAULT_RETRIES = 2;
const DEFAULT_TIMEOUT_MS = 30_000;

/** What a header can hold; a key with anything else would end up in the message of another error. */
const VISIBLE = /^[\x21-\x7e]+$/;

/** A call as the API knows it. */
export interface Operation {
  method: string;
  /** With its parts in braces. */
  path: string;
  /** Whether the rest of the input is the body; else it is the query. */
  hasBody?: boolean;
  /** Whether it takes an idempotency key: then one is sent with each call, and the same one with each try. */
  takesKey?: boolean;
  /** Whether it does nothing a second time, though it takes no key. */
  isRepeatable?: boolean;
  /** Whether its answer is a text and no JSON. */
  isText?: boolean;
}

/** A call that answers with a page of a list; `all` reads on, page by page, as long as somebody takes items. */
export interface ListCall<Input, Page, Item> {
  (input?: Input, options?: CallOptions): Promise<Page>;
  all(input?: Input, options?: CallOptions): AsyncGenerator<Item, void, undefined>;
}

type Input = { [name: string]: unknown };

/** What every call goes through. The calls themselves are generated. */
export class Caller {
  readonly #baseUrl: string;
  readonly #headers: Record<string, string>;
  readonly #maxRetries: number;
  readonly #timeoutMs: number;
  readonly #fetch: typeof fetch;

  /** @throws TypeError the API key has characters that no key has */
  constructor(options: BrimOptions) {
    const { apiKey, customerId } = options;
    if (apiKey !== undefined && !VISIBLE.test(apiKey)) throw new TypeError("This is not an API key of Brim.");
    this.#baseUrl = withoutTrailingSlashes(options.baseUrl ?? "");
    this.#headers = {
      accept: "application/json",
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      ...(customerId !== undefined && { "brim-customer": customerId }),
    };
    this.#maxRetries = options.maxRetries ?? DEFAULT_RETRIES;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    // Called as a method of anything but the window, a browser's fetch throws.
    this.#fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  }

  /** Makes a call, and repeats it where that cannot do anything twice. */
  protected async call<Answer>(
    operation: Operation,
    input: object = {},
    options: KeyedCallOptions = {},
  ): Promise<Answer> {
    const { signal, maxRetries = this.#maxRetries, timeoutMs = this.#timeoutMs } = options;
    const { url, init } = this.#requestOf(operation, input as Input, options);
    for (let n = 1; ; n++) {
      try {
        const { isText = false } = operation;
        return (await sendOnce({ url, init, timeoutMs, signal, isText, fetch: this.#fetch })) as Answer;
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

  /** Makes a call of a list, whose items are in one field of its answer. */
  protected list<ListInput extends object, Page extends object, Item>(
    operation: Operation,
    field: string,
  ): ListCall<ListInput, Page, Item> {
    const readPage = (input?: object, options?: CallOptions) => this.call<Page>(operation, input, options);
    async function* all(input?: ListInput, options?: CallOptions) {
      let asked: object | undefined = input;
      for (;;) {
        const page = (await readPage(asked, options)) as Input;
        yield* page[field] as Item[];
        if (typeof page.next_cursor !== "string") return;
        asked = { ...input, cursor: page.next_cursor };
      }
    }
    return Object.assign(readPage, { all });
  }

  #requestOf(operation: Operation, input: Input, options: KeyedCallOptions) {
    const { method, path, hasBody, takesKey } = operation;
    const rest = { ...input };
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
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
    return { url: `${this.#baseUrl}${filled}${hasBody ? "" : queryOf(rest)}`, init };
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
