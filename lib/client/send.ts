import { errorOf, NoAnswerError } from "./errors";

/** One attempt of a call. */
export interface Attempt {
  url: string;
  init: RequestInit;
  timeoutMs: number;
  signal: AbortSignal | undefined;
  fetch: typeof fetch;
  /** Whether the response is text instead of JSON. */
  isText: boolean;
}

/**
 * Sends a request once.
 *
 * @returns the response body, or undefined if there is none
 * @throws BrimError the response is an error
 * @throws NoAnswerError there was no response, or not in time
 * @throws the signal's reason, if the caller aborts
 */
export async function sendOnce({ url, init, timeoutMs, signal, fetch, isText }: Attempt): Promise<unknown> {
  signal?.throwIfAborted();
  // Not `AbortSignal.any`, which older browsers lack.
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal?.addEventListener("abort", abort);
  const timer = setTimeout(abort, timeoutMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, signal: controller.signal });
    text = await response.text();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new NoAnswerError(
      controller.signal.aborted
        ? `No response within ${timeoutMs / 1_000} seconds.`
        : "Could not connect to the server.",
      cause,
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
  if (!response.ok) throw errorOf(response, text);
  if (isText) return text;
  if (response.status === 204) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw errorOf(response, text); // a page of a proxy or captive portal, whatever its status
  }
}
