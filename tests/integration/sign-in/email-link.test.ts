import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCustomer, listCustomersOf } from "@/lib/customers";
import { readSession } from "@/lib/http";
import { prisma } from "@/lib/platform/db";
import { newId, type UserId } from "@/lib/platform/ids";
import { Browser } from "@/tests/support/sign-in/browser";
import { type RunningSignIn, startSignIn } from "@/tests/support/sign-in/start-sign-in";

let brim: RunningSignIn;

beforeAll(async () => {
  brim = await startSignIn({ RATE_LIMIT_MAIL_RECIPIENT: "3", RATE_LIMIT_MAIL_SENDER: "8" });
});
beforeEach(() => set({}));
afterAll(() => brim.stop());

/** Changes settings and resets the counts. */
function set(settings: Record<string, string>): void {
  Object.assign(process.env, { SIGNUP: "closed" }, settings);
  Object.assign(globalThis, { brimEnv: undefined, brimLimiters: undefined });
}

const SENT = "?sent=1";

let count = 0;

/** The address of a customer. */
async function aKnownAddress(): Promise<string> {
  const email = `known-${++count}@example.com`;
  await createCustomer({ name: "Acme", email });
  return email;
}

const ask = async (email: string) => (await brim.requestLink(new Browser(), email)).search;

/** Returns the recipients of all emails once the last one has arrived. */
async function recipients(): Promise<string[]> {
  const last = await aKnownAddress();
  set({});
  await ask(last);
  await brim.nextLink(last);
  return brim.mails.map(({ to }) => to).filter((to) => to !== last);
}

describe("a sign-in link", () => {
  it("signs in the owner of the mailbox, and redirects only to our own pages", async () => {
    const email = await aKnownAddress();
    const browser = new Browser();
    await brim.requestLink(browser, email, "https://evil.example/billing");

    const link = await brim.nextLink(email);
    const { url } = await browser.open(link, ({ pathname }) => !pathname.startsWith("/api/"));

    expect(url.href).toBe(`${brim.url}/billing`);
    const session = await readSession(new Headers({ cookie: browser.cookieFor(brim.url) }));
    expect(session).toMatchObject({ email, onlyCustomerId: null });
    expect(await listCustomersOf(session?.userId as UserId)).toHaveLength(1);
  });

  it("verifies the address of a login that someone else had linked an account to", async () => {
    const email = await aKnownAddress();
    const planted = { type: "oauth", provider: "github", providerAccountId: `planted-${email}` };
    await prisma().user.create({
      data: { id: newId("user"), email, passwordHash: "planted", accounts: { create: planted } },
    });
    const browser = new Browser();
    await brim.requestLink(browser, email);

    await browser.open(await brim.nextLink(email), ({ pathname }) => pathname === "/billing");

    const user = await prisma().user.findUnique({ where: { email }, include: { accounts: true } });
    expect(user).toMatchObject({ accounts: [], passwordHash: null, emailVerified: expect.any(Date) });
  });
});

describe("while sign-up is closed", () => {
  it("is sent only to known addresses, and the response is the same", async () => {
    const login = "login@example.com";
    await prisma().user.create({ data: { id: newId("user"), email: login } });

    const answers = [await ask("stranger@example.com"), await ask(await aKnownAddress()), await ask(login)];

    expect(answers).toEqual([SENT, SENT, SENT]);
    await brim.nextLink(login);
    expect(await recipients()).not.toContain("stranger@example.com");
  });

  it("the response is the same while the mail server is unavailable", async () => {
    const known = await aKnownAddress();
    Object.assign(globalThis, { brimMailer: undefined });
    set({ SMTP_URL: "smtp://127.0.0.1:1" });

    const answers = [await ask("stranger-2@example.com"), await ask(known)];

    expect(answers).toEqual([SENT, SENT]);
    Object.assign(globalThis, { brimMailer: undefined });
  });
});

describe("the rate limits", () => {
  beforeEach(() => {
    process.env.SMTP_URL = brim.smtpUrl;
    set({ SMTP_URL: brim.smtpUrl });
  });

  it.each(["open", "closed"])("allow three emails per hour to one mailbox: sign-up %s", async (SIGNUP) => {
    set({ SIGNUP });
    const known = await aKnownAddress();

    for (const email of [known, `stranger-${SIGNUP}@example.com`]) {
      set({ SIGNUP });
      const [local] = email.split("@");
      const spellings = [email, email.toUpperCase(), `${local}+1@example.com`, ` ${local}+2@example.com `];

      const answers = [];
      for (const spelling of spellings) answers.push(await ask(spelling));

      expect(answers).toEqual([SENT, SENT, SENT, "?error=TooManyMails"]);
    }
  });

  it("count the address that is used if a form contains two", async () => {
    const known = await aKnownAddress();
    const browser = new Browser();
    const csrf = await (await browser.send(`${brim.url}/api/auth/csrf`)).json();
    const { csrfToken } = csrf as { csrfToken: string };

    const answers = [];
    for (let n = 0; n < 4; n++) {
      const answer = await browser.send(`${brim.url}/api/auth/signin/email`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: `csrfToken=${csrfToken}&email=other-${n}@example.com&email=${encodeURIComponent(known)}`,
      });
      answers.push(answer.status);
    }

    expect(answers).toEqual([302, 302, 302, 303]);
  });

  it("allow eight emails per hour from one sender, then return 429", async () => {
    for (let n = 0; n < 8; n++) expect(await ask(`someone-${n}@example.com`)).toBe(SENT);

    expect(await ask("someone-9@example.com")).toBe("?error=TooManyMails");
    const answer = await fetch(`${brim.url}/api/auth/signin/email`, {
      method: "POST",
      body: new URLSearchParams({ email: "someone-10@example.com" }),
    });
    expect(answer.status).toBe(429);
    expect(await answer.json()).toMatchObject({
      error: "RATE_LIMITED",
      message: expect.stringMatching(/^Rate limit of 8 emails per hour exceeded/),
    });
  });

  it.each(["", "nobody", "a@b", "a\0@example.com", "a@example.com,b@example.com"])(
    "send nothing to an invalid address: %j",
    async (email) => {
      expect(await ask(email)).toMatch(/error=EmailSignin/);
    },
  );
});
