import { describe, expect, it } from "vitest";
import { signInError } from "@/components/sign-in/sign-in-messages";
import { chooseEmail } from "@/lib/http/sign-in/github-email";
import { isVerifiedSignIn } from "@/lib/http/sign-in/providers";

describe("chooseEmail", () => {
  it("takes the primary address, in lower case", () => {
    const emails = [
      { email: "old@example.com", primary: false, verified: true },
      { email: "Ada@Example.com", primary: true, verified: true },
    ];

    expect(chooseEmail(emails)).toBe("ada@example.com");
  });

  it("takes none when the primary address is not verified", () => {
    const emails = [
      { email: "old@example.com", primary: false, verified: true },
      { email: "ada@example.com", primary: true, verified: false },
    ];

    expect(chooseEmail(emails)).toBeUndefined();
  });
});

describe("isVerifiedSignIn", () => {
  const user = { email: "ada@example.com" };

  it("refuses whoever comes without an address", () => {
    expect(isVerifiedSignIn({ user: { email: null }, account: { provider: "github" } })).toBe(false);
  });

  it("believes Google only when it says that it has verified the address", () => {
    const account = { provider: "google" };

    expect(isVerifiedSignIn({ user, account, profile: { email_verified: true } as object })).toBe(true);
    expect(isVerifiedSignIn({ user, account, profile: { email_verified: false } as object })).toBe(false);
    expect(isVerifiedSignIn({ user, account })).toBe(false);
  });
});

describe("signInError", () => {
  it("shows a sentence of ours for any code, and never the code", () => {
    expect(signInError(undefined)).toBeNull();
    expect(signInError("Verification")).toContain("expired");
    expect(signInError("constructor")).toBe("Signing in did not work. Please try again.");
    expect(signInError("<b>pay here</b>")).not.toContain("pay here");
  });
});
