import { afterEach, describe, expect, it } from "vitest";
import { clientAddress, recordClientAddress } from "@/lib/http/limits/client-address";
import { applySettings } from "@/tests/support/settings";

const shared = globalThis as { brimServesSockets?: boolean; brimEnv?: unknown };

function behind(proxies: number) {
  delete shared.brimEnv;
  applySettings({ DATABASE_URL: "postgres://unused", TRUST_PROXY: String(proxies) });
}

afterEach(() => {
  delete shared.brimServesSockets;
  behind(0);
});

/** Returns the headers of the web-standard request for a request that reaches our server. */
function arriving(headers: Record<string, string>): Headers {
  const rawHeaders = Object.entries(headers).flat();
  const request = { headers: { ...headers }, rawHeaders, socket: { remoteAddress: "192.0.2.1" } };
  recordClientAddress(request);
  const seen = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    seen.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  }
  expect(request.headers["x-brim-client-address"]).toBe(seen.get("x-brim-client-address"));
  return seen;
}

describe("the client's address behind our own server", () => {
  it.each([
    [0, {}, "192.0.2.1"],
    [0, { "x-forwarded-for": "203.0.113.9" }, "192.0.2.1"],
    [1, { "x-forwarded-for": "203.0.113.9" }, "203.0.113.9"],
    [1, { "x-forwarded-for": "10.0.0.1, 203.0.113.9" }, "203.0.113.9"],
    [2, { "x-forwarded-for": "10.0.0.1, 203.0.113.9, 198.51.100.2" }, "203.0.113.9"],
    [2, { "x-forwarded-for": "203.0.113.9" }, "203.0.113.9"],
    [1, {}, "192.0.2.1"],
    [1, { "x-forwarded-for": "" }, "192.0.2.1"],
  ])("with %i trusted proxies and %j: %s", (proxies, headers, expected) => {
    behind(proxies);

    expect(clientAddress(arriving(headers))).toBe(expected);
  });

  it.each([
    ["203.0.113.77:40001", "203.0.113.77"],
    ["::ffff:203.0.113.77", "203.0.113.77"],
    ["::FFFF:cb00:714d", "203.0.113.77"],
    ["[::ffff:203.0.113.77]:443", "203.0.113.77"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::9]:40001", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::9]", "2001:db8:1:2::/64"],
    ['"[2001:db8:1:2::9]:40001"', "2001:db8:1:2::/64"],
    ["2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"],
    ["fe80::1%3", "fe80::/64"],
    ["::1", "::/64"],
    ["0203.0.113.077", "unknown"],
    ["3405803853", "unknown"],
    ["0x7f.1", "unknown"],
    ["203.0.113.77:abc", "unknown"],
    ["_hidden", "unknown"],
    ["unknown", "unknown"],
    ["x".repeat(60), "unknown"],
  ])("is the same however a proxy writes it: %s", (written, expected) => {
    behind(1);

    expect(clientAddress(arriving({ "x-forwarded-for": `198.51.100.9, ${written}` }))).toBe(expected);
    expect(clientAddress(new Headers({ "x-brim-client-address": written }))).toBe(expected);
  });

  it("cannot be forged in our own header", () => {
    behind(0);

    const headers = arriving({ "X-Brim-Client-Address": "1.1.1.1", "x-brim-client-address": "2.2.2.2" });

    expect(clientAddress(headers)).toBe("192.0.2.1");
  });
});

describe("the client's address on a Next host", () => {
  it("comes from trusted proxies, never from the client", () => {
    const claimed = { "x-brim-client-address": "1.1.1.1", "x-forwarded-for": "2.2.2.2, 203.0.113.9" };
    behind(0);
    expect(clientAddress(new Headers(claimed))).toBe("unknown");
    behind(1);
    expect(clientAddress(new Headers(claimed))).toBe("203.0.113.9");
  });
});
