/** A response as plain data, which each adapter turns into what it sends. */
export interface ApiResponse {
  status: number;
  /** JSON unless the headers say otherwise. Null for no body. */
  body: string | null;
  /** Names are in lower case, so that none occurs twice. */
  headers: Record<string, string>;
}

export function jsonResponse(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): ApiResponse {
  return { status, body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
}

export function toResponse({ status, body, headers }: ApiResponse): Response {
  return new Response(body, { status, headers });
}
