import { describe, expect, it } from "vitest";
import { ownAddress, ownPath } from "@/lib/http/sign-in/own-address";

const ORIGIN = "https://billing.example.com";

describe("ownAddress", () => {
  it.each([
    ["/billing?topup=success&intent=x", "/billing?topup=success&intent=x"],
    [`${ORIGIN}/billing#cards`, "/billing#cards"],
    ["/", "/billing"],
    ["", "/billing"],
    [ORIGIN, "/billing"],
  ])("leads %j to %s", (asked, path) => {
    expect(ownAddress(asked, ORIGIN)).toBe(ORIGIN + path);
    expect(ownPath(asked, ORIGIN)).toBe(path);
  });

  it.each([
    "https://evil.example",
    "//evil.example/billing",
    "https://billing.example.com//evil.example",
    "/.//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "https://billing.example.com.evil.example/",
    "https://billing.example.com@evil.example/",
    "http://billing.example.com/",
    "ht!tp:",
  ])("never leads to %j", (asked) => {
    expect(new URL(ownAddress(asked, ORIGIN)).origin).toBe(ORIGIN);
    expect(ownPath(asked, ORIGIN)).toMatch(/^\/(?![/\\])/);
  });
});
