/** An answer before it becomes a `Response`: one body, and headers as plain names and values. */
export interface Answer {
  status: number;
  /** As it is sent, JSON unless the headers say otherwise; null for none. */
  body: string | null;
  headers: Record<string, string>;
}

/** What makes a `Response`; each door brings its own. */
export type ResponseClass = new (
  body: string | null,
  init: { status: number; headers: Record<string, string> },
) => Response;

/** An answer whose body is to be written as JSON. */
export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { status, body: JSON.stringify(body), headers };
}

/** Turns an answer into what the door sends. The header names are lower case, so that none comes twice. */
export function toResponse({ status, body, headers }: Answer, Make: ResponseClass): Response {
  return new Make(body, {
    status,
    headers: body === null ? headers : { "content-type": "application/json", ...headers },
  });
}
