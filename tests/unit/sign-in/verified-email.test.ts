import { describe, expect, it } from "vitest";
import { signInError } from "@/components/sign-in/sign-in-messages";
import { chooseEmail } from "@/lib/http/sign-in/github-email";
import { provenAddress } from "@/lib/http/sign-in/proven-address";

describe("chooseEmail", () => {
  it("takes the primary address", () => {
    const emails = [
      { email: "old@example.com", primary: false, verified: true },
      { email: "ada@example.com", primary: true, verified: true },
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

describe("provenAddress", () => {
  const user = { id: "1", email: "ada@example.com" };
  const proofOf = (provider: string, profile?: object) =>
    provenAddress({ user, account: { provider, providerAccountId: "1" }, ...(profile && { profile }) });

  it("is GitHub's verified address, and never what is known of the login", () => {
    expect(proofOf("github", { email: "Ada@Example.com" })).toBe("ada@example.com");
    expect(proofOf("github", { email: undefined })).toBeNull();
    expect(proofOf("github")).toBeNull();
  });

  it("is Google's only when it says that it has verified the address", () => {
    const { email } = user;

    expect(proofOf("google", { email, email_verified: true })).toBe(email);
    for (const email_verified of [false, "true", 1, undefined]) {
      expect(proofOf("google", { email, email_verified })).toBeNull();
    }
    expect(proofOf("google")).toBeNull();
  });

  it("is none from a provider that nobody knows", () => {
    expect(proofOf("facebook", { email: user.email, email_verified: true })).toBeNull();
    expect(provenAddress({ user, account: null })).toBeNull();
  });

  it("is none where lower case would make another address of it", () => {
    expect(proofOf("github", { email: "\u212aim@example.com" })).toBeNull();
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
