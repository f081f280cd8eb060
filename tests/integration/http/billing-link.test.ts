import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pruneBillingLinks } from "@/lib/billing-links";
import { listCustomersOf, roleOf } from "@/lib/customers";
import { openBillingLink, peekLink, readSession, signOut } from "@/lib/http";
import { prisma } from "@/lib/platform/db";
import type { CustomerId, UserId } from "@/lib/platform/ids";
import { aCustomer, call, type RunningBrim, startBrim } from "@/tests/support/brim";
import { blockDatabase } from "@/tests/support/database";
import { actionsOn, anOperator, expectRefusedField, type Operator } from "@/tests/support/operator";
import { sessionOf } from "@/tests/support/sign-in/session-of";

let brim: RunningBrim;
let operator: Operator;

beforeAll(async () => {
  brim = await startBrim();
  operator = await anOperator(brim);
});
afterAll(() => brim.stop());

const askFor = (customer: { customerId: string }, body: Record<string, unknown> = {}) =>
  operator.post(`/api/v1/admin/customers/${customer.customerId}/billing-link`, body);

interface Link {
  customer: string;
  token: string;
}

async function aLink(customer: { customerId: string }, body: Record<string, unknown> = {}): Promise<Link> {
  const answer = await askFor(customer, body);
  expect(answer.status).toBe(200);
  const { searchParams } = new URL(answer.body.url);
  return { customer: searchParams.get("customer") ?? "", token: searchParams.get("token") ?? "" };
}

/** Submits the form of the link's page like a browser. */
const open = (link: Link, headers: Record<string, string> = {}) =>
  openBillingLink(
    new Request(`${brim.url}/billing-link/open`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: "null",
        "sec-fetch-site": "same-origin",
        ...headers,
      },
      body: new URLSearchParams({ ...link }).toString(),
    }),
  );

/** Returns the resulting session of the browser. */
function cookieOf(response: Response): string {
  const kept = response.headers.getSetCookie().filter((line) => !line.includes("Max-Age=0"));
  return kept.map((line) => line.split(";")[0]).join("; ");
}

const balance = (cookie: string, customerId: string) =>
  call(brim, "/api/v1/billing/balance", { headers: { cookie, "brim-customer": customerId } });

const stateOf = async ({ customer, token }: Link) => (await peekLink(customer, token)).state;

describe("a billing link", () => {
  it("opens a session that can read and pay for its customer", async () => {
    const customer = await aCustomer(brim);
    const answer = await askFor(customer, { email: "Ada@Acme.example" });
    const link = await linkOf(answer.body.url);

    const response = await open(link);

    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`${brim.url}/billing`);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const cookie = cookieOf(response);
    expect((await balance(cookie, customer.customerId)).body.customer_id).toBe(customer.customerId);
    const paying = await call(brim, "/api/v1/billing/checkout-session", {
      method: "POST",
      headers: {
        cookie,
        origin: brim.url,
        "brim-customer": customer.customerId,
        "content-type": "application/json",
      },
      body: JSON.stringify({ amount_usd: "25.00" }),
    });
    expect(paying.status).toBe(200);
    const user = await readSession(new Headers({ cookie }));
    expect(user).toMatchObject({ email: "ada@acme.example", onlyCustomerId: customer.customerId });
    expect(await roleOf(user?.userId as UserId, customer.customerId)).toBe("billing");
    expect(await actionsOn(customer.customerId)).toEqual([
      {
        verb: "create_billing_link",
        apiKeyId: operator.apiKeyId,
        customerId: customer.customerId,
        reason: null,
      },
    ]);
  });

  it("does not store its token in the database", async () => {
    const customer = await aCustomer(brim);
    const { token } = await aLink(customer);

    const rows = await prisma().billingLink.findMany({ where: { customerId: customer.customerId } });

    expect(rows).toHaveLength(1);
    expect(Buffer.from(rows[0]?.tokenHash ?? "").toString("base64url")).not.toBe(token);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it("expires after ten minutes", async () => {
    const customer = await aCustomer(brim);
    const before = Date.now();

    const { body } = await askFor(customer);

    const life = Date.parse(body.expires_at) - before;
    expect(life).toBeGreaterThanOrEqual(600_000);
    expect(life).toBeLessThan(605_000);
  });

  it("starts exactly one session when opened eight times concurrently", async () => {
    const customer = await aCustomer(brim);
    const link = await aLink(customer, { email: "race@acme.example" });

    const responses = await Promise.all(Array.from({ length: 8 }, () => open(link)));

    expect(responses.map(({ status }) => status)).toEqual(Array(8).fill(303));
    expect(responses.filter((response) => cookieOf(response) !== "")).toHaveLength(1);
    expect(await stateOf(link)).toBe("used");
    expect(await prisma().user.count({ where: { email: "race@acme.example" } })).toBe(1);
  });

  it("creates one user when two links for the same new address are opened concurrently", async () => {
    const [one, two] = [await aCustomer(brim), await aCustomer(brim)];
    const email = "twice@acme.example";
    const links = [await aLink(one, { email }), await aLink(two, { email })];

    const responses = await Promise.all(links.map((link) => open(link)));

    expect(responses.every((response) => cookieOf(response) !== "")).toBe(true);
    const users = await prisma().user.findMany({ where: { email } });
    expect(users).toHaveLength(1);
    expect(await listCustomersOf(users[0]?.id as UserId)).toHaveLength(2);
  });

  it("is not used up by previewing it", async () => {
    const customer = await aCustomer(brim);
    const link = await aLink(customer);

    for (let n = 0; n < 3; n++) expect(await stateOf(link)).toBe("usable");

    expect(cookieOf(await open(link))).not.toBe("");
  });

  it("redirects to its page without a session if it is used, expired or unknown", async () => {
    const customer = await aCustomer(brim);
    const [used, expired] = [await aLink(customer), await aLink(customer)];
    await open(used);
    const past = new Date(Date.now() - 1);
    await prisma().billingLink.updateMany({
      where: { customerId: customer.customerId, usedAt: null },
      data: { createdAt: new Date(past.getTime() - 600_000), expiresAt: past },
    });
    const unknown = { customer: customer.customerId, token: "guessed" };
    const malformed = { customer: "cust_1", token: "" };

    for (const link of [used, expired, unknown, malformed]) {
      const response = await open(link);
      expect(response.status).toBe(303);
      expect(response.headers.get("location")).toBe(
        `${brim.url}/billing-link?${new URLSearchParams({ ...link })}`,
      );
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    expect(await Promise.all([used, expired, unknown, malformed].map(stateOf))).toEqual([
      "used",
      "expired",
      "unknown",
      "unknown",
    ]);
  });

  it("does not open another customer", async () => {
    const [customer, other] = [await aCustomer(brim), await aCustomer(brim)];
    const { token } = await aLink(customer);

    const response = await open({ customer: other.customerId, token });

    expect(cookieOf(response)).toBe("");
    expect(await stateOf({ customer: customer.customerId, token })).toBe("usable");
  });

  it("still works after the database was unavailable", async () => {
    const customer = await aCustomer(brim);
    const link = await aLink(customer);
    const letIn = await blockDatabase(process.env.DATABASE_URL ?? "");

    const response = await open(link);
    await letIn();

    expect(response.status).toBe(303);
    expect(cookieOf(response)).toBe("");
    expect(cookieOf(await open(link))).not.toBe("");
  });
});

describe("expired links", () => {
  const DAY_MS = 24 * 60 * 60_000;

  /** Inserts a link that was created, and maybe used, so many days ago. */
  async function aged(customer: { customerId: CustomerId }, days: number, isUsed: boolean): Promise<Link> {
    const link = await aLink(customer);
    if (isUsed) await open(link);
    const [newest] = await prisma().billingLink.findMany({
      where: { customerId: customer.customerId },
      orderBy: { createdAt: "desc" },
      take: 1,
    });
    const earlier = (date: Date) => new Date(date.getTime() - days * DAY_MS);
    if (!newest) throw new Error("The link is not there.");
    const { customerId, tokenHash, createdAt, expiresAt, usedAt } = newest;
    await prisma().billingLink.update({
      where: { customerId_tokenHash: { customerId, tokenHash } },
      data: {
        createdAt: earlier(createdAt),
        expiresAt: earlier(expiresAt),
        usedAt: usedAt && earlier(usedAt),
      },
    });
    return link;
  }

  it("are deleted after thirty days, but the operator's action is kept", async () => {
    const customer = await aCustomer(brim);
    const [usedLongAgo, leftLongAgo] = [await aged(customer, 31, true), await aged(customer, 31, false)];
    const [usedLately, leftLately] = [await aged(customer, 29, true), await aged(customer, 29, false)];
    const fresh = await aLink(customer);
    const actions = await actionsOn(customer.customerId);

    expect(await pruneBillingLinks(new Date())).toEqual({ deleted: 2 });
    expect(await pruneBillingLinks(new Date())).toEqual({ deleted: 0 });

    const links = [usedLongAgo, leftLongAgo, usedLately, leftLately, fresh];
    expect(await Promise.all(links.map(stateOf))).toEqual([
      "unknown",
      "unknown",
      "used",
      "expired",
      "usable",
    ]);
    expect(actions).toHaveLength(5);
    expect(await actionsOn(customer.customerId)).toEqual(actions);
  });
});

describe("the session of a billing link", () => {
  it("is restricted to that customer, even if the user belongs to others", async () => {
    const [customer, other] = [await aCustomer(brim), await aCustomer(brim)];
    const email = "ada@both.example";
    await open(await aLink(other, { email }));

    const cookie = cookieOf(await open(await aLink(customer, { email })));

    expect((await balance(cookie, customer.customerId)).status).toBe(200);
    const refused = await balance(cookie, other.customerId);
    expect([refused.status, refused.body.details]).toEqual([403, { reason: "not_a_member" }]);
  });

  it("replaces any other session, even one split into several cookies", async () => {
    const customer = await aCustomer(brim);
    const earlier = "theme=dark; next-auth.session-token.0=aa; next-auth.session-token.1=bb";

    const response = await open(await aLink(customer), { cookie: earlier });

    const lines = response.headers.getSetCookie();
    expect(lines.slice(0, 2).map((line) => line.split(";")[0])).toEqual([
      "next-auth.session-token.0=",
      "next-auth.session-token.1=",
    ]);
    expect(lines[2]).toMatch(
      /^next-auth\.session-token=[\w.-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
    );
    expect((await balance(cookieOf(response), customer.customerId)).status).toBe(200);
  });

  it("ends after twelve hours", async () => {
    const customer = await aCustomer(brim);
    const cookie = cookieOf(await open(await aLink(customer)));
    const where = { onlyCustomerId: customer.customerId };
    const [session] = await prisma().userSession.findMany({ where });
    const life = Number(session?.expiresAt) - Number(session?.createdAt);
    expect(life).toBe(12 * 3_600_000);
    expect((await balance(cookie, customer.customerId)).status).toBe(200);

    const past = new Date(Date.now() - 1);
    await prisma().userSession.updateMany({
      where,
      data: { createdAt: new Date(0), expiresAt: past },
    });

    expect((await balance(cookie, customer.customerId)).status).toBe(401);
  });

  it("replaces the browser's previous session on the server, too", async () => {
    const [customer, other] = [await aCustomer(brim), await aCustomer(brim)];
    const earlier = cookieOf(await open(await aLink(other)));

    await open(await aLink(customer), { cookie: earlier });

    expect((await balance(earlier, other.customerId)).status).toBe(401);
  });

  it("ends with other link sessions on sign-out, but does not end unrestricted sessions", async () => {
    const [customer, other] = [await aCustomer(brim), await aCustomer(brim)];
    const email = "out@acme.example";
    const [phone, laptop, elsewhere] = [
      cookieOf(await open(await aLink(customer, { email }))),
      cookieOf(await open(await aLink(customer, { email }))),
      cookieOf(await open(await aLink(other, { email }))),
    ];
    const { userId } = await userOf(phone);
    const wide = await sessionOf(userId);

    const headers = { cookie: phone, origin: brim.url };
    const response = await signOut(new Request(`${brim.url}/sign-out`, { method: "POST", headers }));

    expect(response.status).toBe(303);
    expect((await balance(phone, customer.customerId)).status).toBe(401);
    expect((await balance(laptop, customer.customerId)).status).toBe(401);
    expect((await balance(elsewhere, other.customerId)).status).toBe(200);
    expect((await balance(wide, customer.customerId)).status).toBe(200);
  });

  it("ends immediately with the membership", async () => {
    const customer = await aCustomer(brim);
    const cookie = cookieOf(await open(await aLink(customer, { email: "gone@acme.example" })));

    await prisma().membership.deleteMany({ where: { customerId: customer.customerId } });

    expect((await balance(cookie, customer.customerId)).status).toBe(403);
  });

  it("makes the customer's own address the owner, and never changes an existing role", async () => {
    const customer = await aCustomer(brim);
    await prisma().customer.update({
      where: { customerId: customer.customerId },
      data: { email: "own@acme.example" },
    });
    const owner = cookieOf(await open(await aLink(customer)));
    const { userId } = await userOf(owner);
    expect(await roleOf(userId, customer.customerId)).toBe("owner");

    await setRole(customer.customerId, userId, "viewer");
    await open(await aLink(customer));

    expect(await roleOf(userId, customer.customerId)).toBe("viewer");
  });
});

describe("submitting the form", () => {
  it.each<[string, Record<string, string>]>([
    ["a foreign page", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["a foreign page without a referrer", { origin: "null", "sec-fetch-site": "cross-site" }],
    ["another site of the same domain", { origin: "null", "sec-fetch-site": "same-site" }],
    [
      "another site that claims to be ours",
      { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
    ],
  ])("from %s is refused and uses nothing up", async (_what, headers) => {
    const customer = await aCustomer(brim);
    const link = await aLink(customer);

    const response = await open(link, headers);

    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await stateOf(link)).toBe("usable");
  });

  it("is rejected if the body is too large", async () => {
    const customer = await aCustomer(brim);

    const response = await open({ customer: customer.customerId, token: "x".repeat(5_000) });

    expect(response.status).toBe(413);
  });
});

describe("guessing links", () => {
  const forgetCounts = () => Object.assign(globalThis, { brimLimiters: undefined, brimEnv: undefined });
  const limit = process.env.RATE_LIMIT_SIGN_IN ?? "1000000";

  beforeEach(() => {
    process.env.RATE_LIMIT_SIGN_IN = "3";
    forgetCounts();
  });
  afterEach(() => {
    process.env.RATE_LIMIT_SIGN_IN = limit;
    forgetCounts();
  });

  it("counts as sign-in attempts, but valid links do not", async () => {
    const customer = await aCustomer(brim);
    for (let count = 0; count < 5; count++) expect((await open(await aLink(customer))).status).toBe(303);

    const guesses = Array.from({ length: 5 }, () => open({ customer: customer.customerId, token: "guess" }));

    expect((await Promise.all(guesses)).map(({ status }) => status).sort()).toEqual([
      303, 303, 303, 429, 429,
    ]);
  });
});

describe("the return path", () => {
  it.each([
    ["/billing", "/billing"],
    ["/billing?topup=cancelled", "/billing?topup=cancelled"],
    ["/billing/activity?type=credit", "/billing/activity?type=credit"],
    ["/billing/./activity", "/billing/activity"],
  ])("can be %s", async (asked, expected) => {
    const customer = await aCustomer(brim);

    const response = await open(await aLink(customer, { return_path: asked }));

    expect(response.headers.get("location")).toBe(`${brim.url}${expected}`);
  });

  it.each([
    "https://evil.example/billing",
    "//evil.example/billing",
    "/\\evil.example/billing",
    "\\\\evil.example",
    "/billing/../..//evil.example",
    "/billing/../api/auth/signout",
    "/\t/evil.example",
    "/billingevil",
    "billing",
    "javascript:alert(1)",
    "/",
    "",
    `/billing?${"x".repeat(500)}`,
  ])("cannot be %j", async (asked) => {
    const customer = await aCustomer(brim);

    expectRefusedField(await askFor(customer, { return_path: asked }), "return_path");
    expect(await prisma().billingLink.count({ where: { customerId: customer.customerId } })).toBe(0);
  });
});

it.each<[string, unknown]>([
  ["not an address", "ada"],
  ["a list", ["ada@acme.example"]],
  ["a line break", "a@b.example\r\nSet-Cookie: x"],
])("a link for an e-mail that is %s is refused", async (_what, email) => {
  expectRefusedField(await askFor(await aCustomer(brim), { email }), "email");
});

async function linkOf(url: string): Promise<Link> {
  const { origin, pathname, searchParams } = new URL(url);
  expect(`${origin}${pathname}`).toBe(`${brim.url}/billing-link`);
  return { customer: searchParams.get("customer") ?? "", token: searchParams.get("token") ?? "" };
}

async function userOf(cookie: string) {
  const user = await readSession(new Headers({ cookie }));
  if (!user) throw new Error("The cookie is nobody's.");
  return user;
}

function setRole(customerId: CustomerId, userId: UserId, role: string) {
  return prisma().membership.update({
    where: { customerId_userId: { customerId, userId } },
    data: { role },
  });
}
