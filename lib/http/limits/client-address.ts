import ipaddr from "ipaddr.js";
import { env } from "@/lib/platform/env";

/** The header in which our server passes the address on. A value sent by the client is discarded. */
const ADDRESS_HEADER = "x-brim-client-address";

/** Whether the requests of this process come through our own server, which sees the socket. */
const shared = globalThis as typeof globalThis & { brimServesSockets?: boolean };

/** The part of Node's request that the address is read from. */
interface IncomingRequest {
  headers: Record<string, string | string[] | undefined>;
  rawHeaders: string[];
  socket: { remoteAddress?: string | undefined };
}

/**
 * Records the client's address in a header, for the API and for pages: the socket's peer, or, behind TRUST_PROXY proxies, the
 * address that the outermost of them saw.
 */
export function recordClientAddress(request: IncomingRequest): void {
  shared.brimServesSockets = true;
  const address = addressBehindProxies(
    headerOf(request.headers["x-forwarded-for"]),
    request.socket.remoteAddress ?? UNKNOWN,
  );
  request.headers[ADDRESS_HEADER] = address;
  // The API builds its headers from the raw list, so that must contain only our value.
  for (let index = request.rawHeaders.length - 2; index >= 0; index -= 2) {
    if (request.rawHeaders[index]?.toLowerCase() === ADDRESS_HEADER) request.rawHeaders.splice(index, 2);
  }
  request.rawHeaders.push(ADDRESS_HEADER, address);
}

const UNKNOWN = "unknown";

/**
 * Returns the network that a request came from, for rate limits: an IPv4 address, the first 64 bits of an IPv6 address, or
 * `unknown`.
 */
export function clientAddress(headers: Headers): string {
  if (shared.brimServesSockets) return networkOf(headers.get(ADDRESS_HEADER) ?? UNKNOWN);
  return networkOf(addressBehindProxies(headers.get("x-forwarded-for"), UNKNOWN));
}

/** Each proxy appends the address that it saw: with n trusted proxies, the n-th from the end is the client. */
function addressBehindProxies(forwardedFor: string | null, peer: string): string {
  const proxies = env().TRUST_PROXY;
  if (proxies === 0 || forwardedFor === null) return peer;
  const seen = forwardedFor.split(",").map((address) => address.trim());
  return seen[Math.max(0, seen.length - proxies)] || peer;
}

/** Internet providers assign at least this prefix, and its holder can use any address in it. */
const IPV6_PREFIX = 64;

/** Returns the network of an address in any of the formats that proxies write, or `unknown`. */
function networkOf(text: string): string {
  const address = withoutPort(text);
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return address;
  if (!ipaddr.IPv6.isValid(address)) return UNKNOWN;
  const { parts } = ipaddr.IPv6.parse(address); // without the zone, which names a network interface of this machine
  const ipv6 = new ipaddr.IPv6(parts);
  if (ipv6.isIPv4MappedAddress()) return ipv6.toIPv4Address().toString();
  const cidr = `${ipv6.toNormalizedString()}/${IPV6_PREFIX}`;
  return `${ipaddr.IPv6.networkAddressFromCIDR(cidr).toString()}/${IPV6_PREFIX}`;
}

/** Removes the port of `203.0.113.7:443` or `[2001:db8::1]:443`. An IPv6 address has a port only after brackets. */
function withoutPort(text: string): string {
  const bracketed = /^"?\[([^\]]*)\](?::\d+)?"?$/.exec(text);
  if (bracketed?.[1] !== undefined) return bracketed[1];
  return /^([^:]*):\d+$/.exec(text)?.[1] ?? text;
}

function headerOf(value: string | string[] | undefined): string | null {
  return value === undefined ? null : [value].flat().join(",");
}
