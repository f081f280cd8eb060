import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { safeReturnPath, safeReturnUrl } from "@/lib/http/sign-in/return-url";
import { atDepth } from "@/tests/support/depth";
import { applySettings } from "@/tests/support/settings";

const ORIGIN = "https://billing.example.com";

beforeAll(() => applySettings({ APP_URL: ORIGIN, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" }));

describe("the URL to return to", () => {
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
  ])("for the requested URL %j is %s", (requested, path) => {
    expect(safeReturnUrl(requested)).toBe(ORIGIN + path);
    expect(safeReturnPath(requested)).toBe(path);
  });

  it("is the billing page if it is too long for a cookie", () => {
    expect(safeReturnPath(`/billing?${"x".repeat(5_000)}`)).toBe("/billing");
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
  ])("never leads to another site: %j", (requested) => {
    expectOwn(requested);
  });

  it("is a path on our site for any requested URL", () => {
    fc.assert(
      fc.property(hostileUrl(), (requested) => expectOwn(requested)),
      { numRuns: atDepth({ ci: 500, deep: 50_000 }) },
    );
  });
});

/** Expects that a browser stays on our origin, whether it gets the path or the URL. */
function expectOwn(requested: string): void {
  const path = safeReturnPath(requested);
  expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
  for (const location of [path, safeReturnUrl(requested)]) {
    const arrived = new URL(location, `${ORIGIN}/sign-in`);
    expect(arrived.href, `"${requested}" leads to ${location}`).toBe(`${ORIGIN}${path}`);
  }
}

/** Generates URLs from pieces that confuse URL parsers, in any order. */
function hostileUrl(): fc.Arbitrary<string> {
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
