import { errorOf, NoAnswerError } from "./errors";

/** One try of a call. */
export interface Try {
  url: string;
  init: RequestInit;
  timeoutMs: number;
  /** The caller's. */
  signal: AbortSignal | undefined;
  fetch: typeof fetch;
  /** Whether the answer is a text and no JSON. */
  isText: boolean;
}

/**
 * Sends a request once.
 *
 * @returns the answer's body; undefined for none
 * @throws BrimError it was refused or failed · NoAnswerError nothing came, or not in time · the signal's reason
 */
export async function sendOnce({ url, init, timeoutMs, signal, fetch, isText }: Try): Promise<unknown> {
  signal?.throwIfAborted();
  // Not `AbortSignal.any`, which browsers of a few years ago do not have.
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  signal?.addEventListener("abort", giveUp);
  const timer = setTimeout(giveUp, timeoutMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, signal: stop.signal });
    text = await response.text();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new NoAnswerError(
      stop.signal.aborted
        ? `No answer came within ${timeoutMs / 1_000} seconds.`
        : "The server cannot be reached.",
      cause,
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
  if (!response.ok) throw errorOf(response, text);
  if (isText) return text;
  if (response.status === 204) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw errorOf(response, text); // the page of a proxy or of a hotel's network, whatever its status
  }
}
