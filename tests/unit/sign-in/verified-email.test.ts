import { describe, expect, it } from "vitest";
import { signInError } from "@/components/sign-in/sign-in-messages";
import { chooseEmail, verifiedEmailOf } from "@/lib/http/sign-in/verified-email";

describe("chooseEmail", () => {
  it("returns the primary address", () => {
    const emails = [
      { email: "old@example.com", primary: false, verified: true },
      { email: "ada@example.com", primary: true, verified: true },
    ];

    expect(chooseEmail(emails)).toBe("ada@example.com");
  });

  it("returns nothing if the primary address is not verified", () => {
    const emails = [
      { email: "old@example.com", primary: false, verified: true },
      { email: "ada@example.com", primary: true, verified: false },
    ];

    expect(chooseEmail(emails)).toBeUndefined();
  });
});

describe("verifiedEmailOf", () => {
  const user = { id: "1", email: "ada@example.com" };
  const emailOf = (provider: string, profile?: object) =>
    verifiedEmailOf({ user, account: { provider, providerAccountId: "1" }, ...(profile && { profile }) });

  it("returns GitHub's verified address, never the stored one", () => {
    expect(emailOf("github", { email: "Ada@Example.com" })).toBe("ada@example.com");
    expect(emailOf("github", { email: undefined })).toBeNull();
    expect(emailOf("github")).toBeNull();
  });

  it("returns Google's address only if Google has verified it", () => {
    const { email } = user;

    expect(emailOf("google", { email, email_verified: true })).toBe(email);
    for (const email_verified of [false, "true", 1, undefined]) {
      expect(emailOf("google", { email, email_verified })).toBeNull();
    }
    expect(emailOf("google")).toBeNull();
  });

  it("returns null for an unknown provider", () => {
    expect(emailOf("facebook", { email: user.email, email_verified: true })).toBeNull();
    expect(verifiedEmailOf({ user, account: null })).toBeNull();
  });

  it("returns null if lower case would change the address into another", () => {
    expect(emailOf("github", { email: "\u212aim@example.com" })).toBeNull();
  });
});

describe("signInError", () => {
  it("maps every code to our own message and never shows the code", () => {
    expect(signInError(undefined)).toBeNull();
    expect(signInError("Verification")).toContain("expired");
    expect(signInError("constructor")).toBe("Sign-in failed. Try again.");
    expect(signInError("<b>pay here</b>")).not.toContain("pay here");
  });
});
