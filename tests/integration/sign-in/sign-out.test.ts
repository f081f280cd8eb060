import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pruneSessions } from "@/lib/auth";
import { createCustomer } from "@/lib/customers";
import { readSession } from "@/lib/http";
import { prisma } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { Browser } from "@/tests/support/sign-in/browser";
import { type RunningSignIn, startSignIn } from "@/tests/support/sign-in/start-sign-in";

let brim: RunningSignIn;

beforeAll(async () => {
  brim = await startSignIn();
});
afterAll(() => brim.stop());

const EMAIL = "ada@example.com";

/** Signs the same user in with another browser. */
async function aBrowser(): Promise<Browser> {
  brim.providers.put({ id: "1", emails: [{ email: EMAIL, verified: true }] });
  const browser = new Browser();
  await brim.signInWith(browser, "github", "1");
  return browser;
}

/** Returns the API's status for the session. */
async function accessOf(cookie: string, customerId: string): Promise<[number, boolean]> {
  const answer = await fetch(`${brim.url}/api/v1/billing/balance`, {
    headers: { cookie, "brim-customer": customerId },
  });
  return [answer.status, (await readSession(new Headers({ cookie }))) !== null];
}

const signOut = (browser: Browser, headers: Record<string, string> = { origin: brim.url }) =>
  browser.send(`${brim.url}/sign-out`, { method: "POST", headers });

describe("signing out", () => {
  it("ends the user's sessions on all devices, so that a kept cookie is useless", async () => {
    const { customerId } = await createCustomer({ name: "Acme", email: EMAIL });
    const [phone, laptop] = [await aBrowser(), await aBrowser()];
    const kept = [phone, laptop].map((browser) => browser.cookieFor(brim.url));
    for (const cookie of kept) expect(await accessOf(cookie, customerId)).toEqual([200, true]);

    const answer = await signOut(phone);

    expect([answer.status, answer.headers.get("location")]).toEqual([303, `${brim.url}/sign-in`]);
    expect(phone.cookieFor(brim.url)).not.toContain("session-token");
    for (const cookie of kept) expect(await accessOf(cookie, customerId)).toEqual([401, false]);
  });

  it("does not affect other users", async () => {
    const { customerId } = await createCustomer({ name: "Grace's", email: "grace@example.com" });
    brim.providers.put({ id: "2", emails: [{ email: "grace@example.com", verified: true }] });
    const grace = new Browser();
    await brim.signInWith(grace, "google", "2");

    await signOut(await aBrowser());

    expect(await accessOf(grace.cookieFor(brim.url), customerId)).toEqual([200, true]);
  });

  it("from another site has no effect", async () => {
    const browser = await aBrowser();

    const answer = await signOut(browser, { origin: "https://evil.example" });

    expect(answer.status).toBe(403);
    expect(await readSession(new Headers({ cookie: browser.cookieFor(brim.url) }))).not.toBeNull();
  });

  it("can be repeated with a session that has ended", async () => {
    const browser = await aBrowser();
    const cookie = browser.cookieFor(brim.url);
    await signOut(browser);
    browser.setCookies(brim.url, cookie);

    expect((await signOut(browser)).status).toBe(303);
  });
});

describe("next-auth's other operations", () => {
  it.each([
    ["GET", "session"],
    ["POST", "session"],
    ["GET", "signout"],
    ["POST", "signout"],
    ["POST", "_log"],
    ["GET", "%73ession"],
    ["POST", "signin/github/more"],
    ["GET", "%zz"],
    ["GET", ""],
  ])("is not served: %s %s", async (method, path) => {
    const answer = await (await aBrowser()).send(`${brim.url}/api/auth/${path}`, { method });

    expect(answer.status).toBe(404);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

it("a session is not extended by use, and ends with its user", async () => {
  const browser = await aBrowser();
  const cookie = browser.cookieFor(brim.url);
  const session = await readSession(new Headers({ cookie }));
  const row = () => prisma().userSession.findUnique({ where: { sessionId: session?.sessionId ?? "" } });
  const before = await row();
  expect(Number(before?.expiresAt) - Number(before?.createdAt)).toBe(30 * 24 * 3_600_000);

  await browser.send(`${brim.url}/api/auth/csrf`);

  expect(await row()).toEqual(before);
  await prisma().user.delete({ where: { email: EMAIL } });
  expect(await readSession(new Headers({ cookie }))).toBeNull();
});

it("deletes sessions and sign-in links that have expired, and no others", async () => {
  await aBrowser();
  const links = [new Date(Date.now() - 1_000), new Date(Date.now() + 60_000)];
  await prisma().verificationToken.createMany({
    data: links.map((expires, n) => ({ identifier: EMAIL, token: String(n), expires })),
  });
  const live = await prisma().userSession.count();
  const user = await prisma().user.findUniqueOrThrow({ where: { email: EMAIL } });
  await prisma().userSession.create({
    data: {
      sessionId: newId("session"),
      userId: user.id,
      createdAt: new Date(0),
      expiresAt: new Date(1_000),
    },
  });

  expect(await pruneSessions(new Date())).toEqual({ deleted: 2 });

  expect(await prisma().userSession.count()).toBe(live);
  expect(await prisma().verificationToken.count()).toBe(1);
});
