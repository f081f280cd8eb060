import ipaddr from "ipaddr.js";
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
 * Notes at our own server who is calling, for the API and for pages: the socket's peer, or, behind TRUST_PROXY proxies, the
 * address that the outermost of them saw.
 */
export function noteClientAddress(request: Incoming): void {
  shared.brimServesSockets = true;
  const address = addressBehindProxies(
    headerOf(request.headers["x-forwarded-for"]),
    request.socket.remoteAddress ?? UNKNOWN,
  );
  request.headers[ADDRESS_HEADER] = address;
  // The API builds its headers from the raw list, and the last one of a name must be ours alone.
  for (let index = request.rawHeaders.length - 2; index >= 0; index -= 2) {
    if (request.rawHeaders[index]?.toLowerCase() === ADDRESS_HEADER) request.rawHeaders.splice(index, 2);
  }
  request.rawHeaders.push(ADDRESS_HEADER, address);
}

const UNKNOWN = "unknown";

/**
 * The network that a request came from, as far as it can be trusted: whoever has one counts as one caller. An IPv4 address,
 * the first 64 bits of an IPv6 address, or `unknown`.
 */
export function clientAddress(headers: Headers): string {
  if (shared.brimServesSockets) return networkOf(headers.get(ADDRESS_HEADER) ?? UNKNOWN);
  return networkOf(addressBehindProxies(headers.get("x-forwarded-for"), UNKNOWN));
}

/** Each proxy appends whom it saw: with n proxies that we trust, the n-th from the end is the caller. */
function addressBehindProxies(forwardedFor: string | null, peer: string): string {
  const proxies = env().TRUST_PROXY;
  if (proxies === 0 || forwardedFor === null) return peer;
  const seen = forwardedFor.split(",").map((address) => address.trim());
  return seen[Math.max(0, seen.length - proxies)] || peer;
}

/** What one customer of a provider is given at least: within it, every address is free to choose. */
const IPV6_PREFIX = 64;

/** The network of an address in any of the forms in which proxies write it; `unknown` for anything else. */
function networkOf(text: string): string {
  const address = withoutPort(text);
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return address;
  if (!ipaddr.IPv6.isValid(address)) return UNKNOWN;
  const { parts } = ipaddr.IPv6.parse(address); // without its zone, which names an interface of our machine
  const ipv6 = new ipaddr.IPv6(parts);
  if (ipv6.isIPv4MappedAddress()) return ipv6.toIPv4Address().toString();
  const cidr = `${ipv6.toNormalizedString()}/${IPV6_PREFIX}`;
  return `${ipaddr.IPv6.networkAddressFromCIDR(cidr).toString()}/${IPV6_PREFIX}`;
}

/** `203.0.113.7:443`, `[2001:db8::1]:443` and `[2001:db8::1]`: an IPv6 address has a port only after brackets. */
function withoutPort(text: string): string {
  const bracketed = /^"?\[([^\]]*)\](?::\d+)?"?$/.exec(text);
  if (bracketed?.[1] !== undefined) return bracketed[1];
  return /^([^:]*):\d+$/.exec(text)?.[1] ?? text;
}

function headerOf(value: string | string[] | undefined): string | null {
  return value === undefined ? null : [value].flat().join(",");
}
