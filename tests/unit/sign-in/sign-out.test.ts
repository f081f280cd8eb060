import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { readCsrfToken } from "@/lib/http/sign-in/session";
import { signOut } from "@/lib/http/sign-in/sign-out";
import { env } from "@/lib/platform/env";
import { applySettings } from "@/tests/support/settings";

const APP_URL = "http://localhost:3000";

beforeAll(() => applySettings({ APP_URL, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" }));

function post(headers: Record<string, string>): Promise<Response> {
  return signOut(new Request(`${APP_URL}/sign-out`, { method: "POST", headers }));
}

describe("signOut", () => {
  it("removes every part of the session cookie and no other cookie", async () => {
    const cookie = "theme=dark; next-auth.session-token.0=aa; next-auth.session-token.1=bb; other=1";

    const response = await post({ origin: APP_URL, cookie });

    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`${APP_URL}/sign-in`);
    expect(response.headers.getSetCookie().map((line) => line.split(";")[0])).toEqual([
      "next-auth.session-token.0=",
      "next-auth.session-token.1=",
    ]);
  });

  it("marks the cookie as secure over https, because browsers would keep it otherwise", async () => {
    const response = await post({ origin: APP_URL, cookie: "__Secure-next-auth.session-token=aa" });

    expect(response.headers.getSetCookie()[0]).toMatch(/Max-Age=0.*; Secure$/);
  });

  it("rejects a request from another site", async () => {
    const response = await post({ origin: "https://evil.example", cookie: "next-auth.session-token=aa" });

    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});

describe("readCsrfToken", () => {
  const hashOf = (token: string, secret: string) =>
    createHash("sha256").update(`${token}${secret}`).digest("hex");

  it("reads the token that next-auth accepts", () => {
    const cookie = `abc|${hashOf("abc", env().NEXTAUTH_SECRET)}`;

    expect(readCsrfToken((name) => (name === "next-auth.csrf-token" ? cookie : undefined))).toBe("abc");
  });

  it.each([undefined, "", "abc", "abc|def", `abc|${hashOf("abc", "another secret")}`])(
    "rejects %j",
    (cookie) => {
      expect(readCsrfToken(() => cookie)).toBeNull();
    },
  );
});
