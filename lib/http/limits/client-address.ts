import { env } from "@/lib/platform/env";

/** The header in which our own server hands the address on; whatever a caller sends under this name is thrown away. */
const ADDRESS_HEADER = "x-brim-client-address";

/** Whether the requests of this process came through our own server, which has looked at the socket. */
const shared = globalThis as typeof globalThis & { brimServesSockets?: boolean };

/** What of a request of Node's the address is read from. */
interface Incoming {
  headers: Record<string, string | string[] | undefined>;
  rawHeaders: string[];
  socket: { remoteAddress?: string | undefined };
}

/**
 * Notes at our own door who is calling, for both doors: the socket's peer, or, behind TRUST_PROXY proxies, the address
 * that the outermost of them saw.
 */
export function noteClientAddress(request: Incoming): void {
  shared.brimServesSockets = true;
  const address = addressBehindProxies(
    headerOf(request.headers["x-forwarded-for"]),
    request.socket.remoteAddress ?? UNKNOWN,
  );
  request.headers[ADDRESS_HEADER] = address;
  // The direct door builds its headers from the raw list, and the last one of a name must be ours alone.
  for (let index = request.rawHeaders.length - 2; index >= 0; index -= 2) {
    if (request.rawHeaders[index]?.toLowerCase() === ADDRESS_HEADER) request.rawHeaders.splice(index, 2);
  }
  request.rawHeaders.push(ADDRESS_HEADER, address);
}

const UNKNOWN = "unknown";

/** The address of whoever sent a request, as far as it can be trusted; `unknown` where nothing can be. */
export function clientAddress(headers: Headers): string {
  if (shared.brimServesSockets) return headers.get(ADDRESS_HEADER) ?? UNKNOWN;
  return addressBehindProxies(headers.get("x-forwarded-for"), UNKNOWN);
}

/** Each proxy appends whom it saw: with n proxies that we trust, the n-th from the end is the caller. */
function addressBehindProxies(forwardedFor: string | null, peer: string): string {
  const proxies = env().TRUST_PROXY;
  if (proxies === 0 || forwardedFor === null) return peer;
  const seen = forwardedFor.split(",").map((address) => address.trim());
  return seen[Math.max(0, seen.length - proxies)] || peer;
}

function headerOf(value: string | string[] | undefined): string | null {
  return value === undefined ? null : [value].flat().join(",");
}
