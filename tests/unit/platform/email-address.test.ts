import { describe, expect, it } from "vitest";
import { parseEmail } from "@/lib/platform/email-address";

describe("parseEmail", () => {
  it.each([
    ["a&b@example.com", "a&b@example.com"],
    ["o'brien@example.com", "o'brien@example.com"],
    ["ada+brim@example.com", "ada+brim@example.com"],
    ["a/b=c!d#e$f%g*h?i^j_k`l{m|n}o~p@example.com", "a/b=c!d#e$f%g*h?i^j_k`l{m|n}o~p@example.com"],
    [" Ada.Lovelace@Example.COM ", "ada.lovelace@example.com"],
    ["ada@example.photography", "ada@example.photography"],
    ["ada@a.very.deep.sub-domain.example.co.uk", "ada@a.very.deep.sub-domain.example.co.uk"],
    ["user@münchen.de", "user@xn--mnchen-3ya.de"],
    ["user@xn--mnchen-3ya.de", "user@xn--mnchen-3ya.de"],
    ["user@例え.テスト", "user@xn--r8jz45g.xn--zckzah"],
    ["1@2x.example", "1@2x.example"],
  ])("accepts %s", (text, stored) => {
    expect(parseEmail(text)).toBe(stored);
    expect(parseEmail(stored)).toBe(stored);
  });

  it.each([
    "",
    "ada",
    "ada@",
    "@example.com",
    "ada@localhost",
    "ada@@example.com",
    "ada@example..com",
    "ada@.example.com",
    "ada@example.com.",
    "ada@-example.com",
    "ada@exa mple.com",
    "ada lovelace@example.com",
    "ada@example.com,eve@example.com",
    "ada@example.com\nbcc: eve@example.com",
    "a\0b@example.com",
    "ada@exam\0ple.com",
    "\ud800@example.com",
    "ada@\udc00xample.com",
    "Ada <ada@example.com>",
    "ada@127.0.0.1",
    "ada@0x7f.1",
    "ädä@example.com",
    `${"a".repeat(65)}@example.com`,
    `ada@${"a".repeat(64)}.com`,
    `ada@${"abcdefghi.".repeat(25)}com`,
  ])("rejects %j", (text) => {
    expect(parseEmail(text)).toBeNull();
  });
});
