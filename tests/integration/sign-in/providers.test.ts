import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBillingLink } from "@/lib/billing-links";
import { createCustomer, listCustomersOf } from "@/lib/customers";
import { readSession } from "@/lib/http";
import { prisma } from "@/lib/platform/db";
import { newId, type UserId } from "@/lib/platform/ids";
import { Browser } from "@/tests/support/sign-in/browser";
import { type RunningSignIn, startSignIn } from "@/tests/support/sign-in/start-sign-in";

let brim: RunningSignIn;

beforeAll(async () => {
  brim = await startSignIn();
});
afterAll(() => brim.stop());

let count = 0;

/** An account at a provider, with a verified address by default. */
function anAccount(email: string, verified = true) {
  const id = String(1_000 + ++count);
  brim.providers.put({ id, emails: [{ email, verified }] });
  return { id, email };
}

const sessionOf = (browser: Browser) => readSession(new Headers({ cookie: browser.cookieFor(brim.url) }));

const customersOf = async (userId: UserId) =>
  (await listCustomersOf(userId)).map(({ customerId }) => customerId);

const linksOf = (providerAccountId: string) => prisma().account.count({ where: { providerAccountId } });

/** Signs a browser in with a billing link. */
async function aLinkedBrowser(email: string, customerId: string): Promise<Browser> {
  const operator = { kind: "operator_key", apiKeyId: newId("apiKey"), scopes: ["admin"] } as const;
  const { url } = await createBillingLink(operator, { customerId, email }, new Date());
  const { searchParams } = new URL(url);
  const browser = new Browser();
  await browser.post(
    `${brim.url}/billing-link/open`,
    { customer: searchParams.get("customer") ?? "", token: searchParams.get("token") ?? "" },
    () => true,
  );
  expect(await sessionOf(browser)).toMatchObject({ email, onlyCustomerId: customerId });
  return browser;
}

describe.each(["github", "google"] as const)("signing in with %s", (provider) => {
  it("creates a login with the verified address, which joins the customers that have it", async () => {
    const email = `new-${provider}@example.com`;
    const { customerId } = await createCustomer({ name: "Acme", email });
    const { id } = anAccount(email.toUpperCase());
    const browser = new Browser();

    const arrived = await brim.signInWith(browser, provider, id, "/billing?customer=x#cards");

    expect(arrived.href).toBe(`${brim.url}/billing?customer=x#cards`);
    const session = await sessionOf(browser);
    expect(session).toMatchObject({ email, onlyCustomerId: null });
    expect(await customersOf(session?.userId as UserId)).toEqual([customerId]);
    const balance = await browser.send(`${brim.url}/api/v1/billing/balance`, {
      headers: { "brim-customer": customerId },
    });
    expect(balance.status).toBe(200);
  });

  it("opens the same login again, even if the address at the provider has changed", async () => {
    const { id } = anAccount(`same-${provider}@example.com`);
    const browser = new Browser();
    await brim.signInWith(browser, provider, id);
    const first = await sessionOf(browser);
    brim.providers.put({ id, emails: [{ email: `changed-${provider}@example.com`, verified: true }] });

    await brim.signInWith(browser, provider, id);

    expect((await sessionOf(browser))?.userId).toBe(first?.userId);
  });

  it("joins no customers by the login's address if the provider no longer verifies it", async () => {
    const email = `left-${provider}@example.com`;
    const { id } = anAccount(email);
    const browser = new Browser();
    await brim.signInWith(browser, provider, id);
    await createCustomer({ name: "Later", email });
    brim.providers.put({ id, emails: [{ email: `private-${provider}@example.com`, verified: true }] });

    await brim.signInWith(browser, provider, id);

    expect(await customersOf((await sessionOf(browser))?.userId as UserId)).toEqual([]);
  });

  it("rejects an unverified address, for a new login and a known one", async () => {
    const email = `unverified-${provider}@example.com`;
    const { id } = anAccount(email, false);
    const browser = new Browser();

    for (const who of ["new", "known"]) {
      const arrived = await brim.signInWith(browser, provider, id);

      expect(arrived.search, who).toBe("?error=AccessDenied");
      expect(await sessionOf(browser)).toBeNull();
      expect(await linksOf(id)).toBe(0);
      await prisma().user.upsert({
        where: { email },
        create: { id: newId("user"), email, emailVerified: new Date() },
        update: {},
      });
    }
  });

  it("rejects a linked account whose address is no longer verified", async () => {
    const { id, email } = anAccount(`lost-${provider}@example.com`);
    const browser = new Browser();
    await brim.signInWith(browser, provider, id);
    brim.providers.put({ id, emails: [{ email, verified: false }] });

    const arrived = await brim.signInWith(browser, provider, id);

    expect(arrived.search).toBe("?error=AccessDenied");
    expect(await sessionOf(browser)).toBeNull();
  });

  it("rejects an address that becomes another one in lower case", async () => {
    const email = `kim-${provider}@example.com`;
    await prisma().user.create({ data: { id: newId("user"), email, emailVerified: new Date() } });
    const { id } = anAccount(email.replace("k", "\u212a")); // the Kelvin sign

    const arrived = await brim.signInWith(new Browser(), provider, id);

    expect(arrived.search).toBe("?error=AccessDenied");
    expect(await linksOf(id)).toBe(0);
  });

  describe("from a browser that has a session", () => {
    it("of a billing link, opens the login of the provider's address and links no other account", async () => {
      const victim = `victim-${provider}@example.com`;
      const { customerId } = await createCustomer({ name: "Shared", email: `boss-${provider}@example.com` });
      const own = await createCustomer({ name: "The victim's own", email: victim });
      const browser = await aLinkedBrowser(victim, customerId);
      const stranger = anAccount(`stranger-${provider}@example.com`);

      await brim.signInWith(browser, provider, stranger.id);

      const session = await sessionOf(browser);
      expect(session).toMatchObject({ email: stranger.email, onlyCustomerId: null });
      expect(await customersOf(session?.userId as UserId)).toEqual([]);
      const user = await prisma().user.findUnique({ where: { email: victim }, include: { accounts: true } });
      expect(user?.accounts).toEqual([]);
      expect(await customersOf(user?.id as UserId)).not.toContain(own.customerId);
    });

    it("that has ended, does the same", async () => {
      const victim = `ended-${provider}@example.com`;
      const { customerId } = await createCustomer({ name: "Shared", email: `b-${provider}@example.com` });
      const browser = await aLinkedBrowser(victim, customerId);
      const cookies = browser.cookieFor(brim.url);
      await prisma().userSession.deleteMany({ where: { user: { email: victim } } });
      const stranger = anAccount(`stranger-2-${provider}@example.com`);
      browser.setCookies(brim.url, cookies);

      await brim.signInWith(browser, provider, stranger.id);

      expect(await sessionOf(browser)).toMatchObject({ email: stranger.email });
      expect(await prisma().account.count({ where: { user: { email: victim } } })).toBe(0);
    });

    it("that comes back between start and callback, does the same", async () => {
      const victim = `between-${provider}@example.com`;
      const { customerId } = await createCustomer({ name: "Shared", email: `c-${provider}@example.com` });
      const cookies = (await aLinkedBrowser(victim, customerId)).cookieFor(brim.url);
      const stranger = anAccount(`stranger-3-${provider}@example.com`);
      const browser = new Browser();
      const send = browser.send.bind(browser);
      browser.send = (url, init) => {
        browser.setCookies(brim.url, cookies);
        return send(url, init);
      };

      await brim.signInWith(browser, provider, stranger.id);

      expect(await prisma().account.count({ where: { user: { email: victim } } })).toBe(0);
      expect(await prisma().account.count({ where: { user: { email: stranger.email } } })).toBe(1);
    });

    it("loses that session when it starts to sign in, also on the server", async () => {
      const { customerId } = await createCustomer({ name: "Shared", email: `d-${provider}@example.com` });
      const browser = await aLinkedBrowser(`starts-${provider}@example.com`, customerId);
      const cookies = browser.cookieFor(brim.url);
      const stranger = anAccount(`nobody-${provider}@example.com`, false);

      const arrived = await brim.signInWith(browser, provider, stranger.id);

      expect(arrived.search).toBe("?error=AccessDenied");
      expect(browser.cookieFor(brim.url)).not.toContain("session-token");
      expect(await readSession(new Headers({ cookie: cookies }))).toBeNull();
    });
  });

  describe("a login with an unverified address", () => {
    it("is verified, and loses the accounts attached to it before but keeps its memberships", async () => {
      const email = `proof-${provider}@example.com`;
      const { customerId } = await createCustomer({ name: "Shared", email: `e-${provider}@example.com` });
      const earlier = await aLinkedBrowser(email, customerId);
      const planted = anAccount(`planted-${provider}@example.com`);
      const user = await prisma().user.update({
        where: { email },
        data: {
          passwordHash: "planted",
          accounts: { create: { type: "oauth", provider, providerAccountId: planted.id } },
        },
      });

      const owner = anAccount(email);
      const browser = new Browser();
      await brim.signInWith(browser, provider, owner.id);

      expect((await sessionOf(browser))?.userId).toBe(user.id);
      expect(await customersOf(user.id as UserId)).toEqual([customerId]);
      const after = await prisma().user.findUniqueOrThrow({ where: { email } });
      expect(after).toMatchObject({ passwordHash: null, emailVerified: expect.any(Date) });
      expect(await linksOf(planted.id)).toBe(0);
      expect(await sessionOf(earlier)).toBeNull();
    });

    it("cannot be opened by an account that was linked to it before", async () => {
      const email = `hijacked-${provider}@example.com`;
      const planted = anAccount(`hijacker-${provider}@example.com`);
      await prisma().user.create({
        data: {
          id: newId("user"),
          email,
          accounts: { create: { type: "oauth", provider, providerAccountId: planted.id } },
        },
      });
      const browser = new Browser();

      const arrived = await brim.signInWith(browser, provider, planted.id);

      expect(arrived.search).toBe("?error=AccessDenied");
      expect(await sessionOf(browser)).toBeNull();
    });
  });

  it("requires that the same browser started the sign-in", async () => {
    const { id, email } = anAccount(`state-${provider}@example.com`);
    const attacker = new Browser();
    let callback = "";
    const send = attacker.send.bind(attacker);
    attacker.send = async (url, init) => {
      if (!url.includes("/api/auth/callback/")) return send(url, init);
      callback = url;
      return new Response(null);
    };
    await brim.signInWith(attacker, provider, id);
    const victim = new Browser();

    const { url } = await victim.open(callback, (address) => address.pathname === "/sign-in");

    expect(url.search).toMatch(/error=OAuthCallback/);
    expect(await sessionOf(victim)).toBeNull();
    expect(await prisma().user.count({ where: { email } })).toBe(0);
  });
});
