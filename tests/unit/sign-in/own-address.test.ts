import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ownAddress, ownPath } from "@/lib/http/sign-in/own-address";
import { atDepth } from "@/tests/support/depth";
import { applySettings } from "@/tests/support/settings";

const ORIGIN = "https://billing.example.com";

beforeAll(() => applySettings({ APP_URL: ORIGIN, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" }));

describe("the address to return to", () => {
  it.each([
    ["/billing?topup=success&intent=x", "/billing?topup=success&intent=x"],
    [`${ORIGIN}/billing#cards`, "/billing#cards"],
    ["/docs/api", "/docs/api"],
    ["/", "/billing"],
    ["", "/billing"],
    [ORIGIN, "/billing"],
    ["/sign-in?callbackUrl=/sign-in", "/billing"],
    ["/api/auth/signin", "/billing"],
    [`https://user:password@billing.example.com/billing?a=1#b`, "/billing?a=1#b"],
  ])("asked for as %j is %s", (asked, path) => {
    expect(ownAddress(asked)).toBe(ORIGIN + path);
    expect(ownPath(asked)).toBe(path);
  });

  it("is the billing page when it is too long for a cookie", () => {
    expect(ownPath(`/billing?${"x".repeat(5_000)}`)).toBe("/billing");
  });

  it.each([
    "https://evil.example",
    "//evil.example/billing",
    "https://billing.example.com//evil.example",
    "https://AAAAAAAAAAAAAAAAAAjavascript:alert(1)@billing.example.com/x",
    `blob:${ORIGIN}/billing`,
    `blob:${ORIGIN}//evil.example`,
    "/.//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "https://billing.example.com.evil.example/",
    "https://billing.example.com@evil.example/",
    "http://billing.example.com/",
    "ht!tp:",
  ])("never leads away: %j", (asked) => {
    expectOwn(asked);
  });

  it("is a path of our own whatever is asked for", () => {
    fc.assert(
      fc.property(hostileAddress(), (asked) => expectOwn(asked)),
      { numRuns: atDepth({ ci: 500, deep: 50_000 }) },
    );
  });
});

/** A browser that is sent there stays on our origin, whether it gets the path or the address. */
function expectOwn(asked: string): void {
  const path = ownPath(asked);
  expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
  for (const location of [path, ownAddress(asked)]) {
    const arrived = new URL(location, `${ORIGIN}/sign-in`);
    expect(arrived.href, `"${asked}" leads to ${location}`).toBe(`${ORIGIN}${path}`);
  }
}

/** Pieces that addresses are confused with, in any order. */
function hostileAddress(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      ...["http:", "https:", "javascript:", "data:", "blob:", "//", "/", "\\", "@", ":", "?", "#", "..", "."],
      ...["%2f", "%5c", "%0d%0a", "\r\n", "\t", "\0", " ", "\u3000", "billing", "alert(1)", "evil.example"],
      ...["billing.example.com", ORIGIN, "443", "[::1]", "xn--", "\u2025", "\uff0f", "\ud800"],
    ),
    fc.string({ maxLength: 6, unit: "binary" }),
  );
  return fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(""));
}
