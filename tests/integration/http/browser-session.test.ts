import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDemoUser, type Role } from "@/lib/auth";
import { addMember } from "@/lib/customers";
import { prisma } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { type ApiCustomer, aCustomer, call, type RunningBrim, startBrim } from "@/tests/support/brim";
import { sessionOf } from "@/tests/support/sign-in/session-of";

let brim: RunningBrim;
let customer: ApiCustomer;
let other: ApiCustomer;
let cookie: string;

beforeAll(async () => {
  brim = await startBrim();
  [customer, other] = [await aCustomer(brim), await aCustomer(brim)];
  cookie = await memberSession("owner");
});
afterAll(() => brim.stop());

/** Signs a user in as a member of the first customer. */
async function memberSession(role: Role): Promise<string> {
  const { userId } = await createDemoUser({ email: `${role}@example.com`, name: role, password: "x" });
  await addMember({ customerId: customer.customerId, userId, role });
  return `theme=dark; ${await sessionOf(userId)}`;
}

const read = (headers: Record<string, string>) => call(brim, "/api/v1/billing/balance", { headers });

const write = (headers: Record<string, string>) =>
  call(brim, "/api/v1/billing/checkout-session", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ amount_usd: "25.00" }),
  });

const mine = () => ({ cookie, "brim-customer": customer.customerId });

describe("a member's browser", () => {
  it("reads the balance of the customer that the page names", async () => {
    const answer = await read(mine());

    expect(answer.status).toBe(200);
    expect(answer.body.customer_id).toBe(customer.customerId);
  });

  it("starts a top-up from our own page", async () => {
    expect((await write({ ...mine(), origin: brim.url })).status).toBe(200);
    expect((await write({ ...mine(), "sec-fetch-site": "same-origin" })).status).toBe(200);
  });

  it.each([
    ["without an Origin", {}],
    ["from a foreign Origin", { origin: "https://evil.example" }],
    [
      "from another Origin that claims to be the same",
      { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
    ],
    ["from an opaque Origin", { origin: "null" }],
    ["across sites", { "sec-fetch-site": "cross-site" }],
  ])("cannot write %s", async (_what, headers) => {
    const before = await prisma().topUpIntent.count();

    const answer = await write({ ...mine(), ...headers });

    expect(answer.status).toBe(403);
    expect(answer.body.details).toEqual({ reason: "foreign_origin" });
    expect(await prisma().topUpIntent.count()).toBe(before);
  });

  it("must name its customer", async () => {
    for (const name of [undefined, "", "cust_1", "'; --"]) {
      const answer = await read({ cookie, ...(name === undefined ? {} : { "brim-customer": name }) });

      expect(answer.status).toBe(400);
      expect(answer.body.details.issues[0].path).toBe("Brim-Customer");
    }
  });

  it("cannot name a customer of which the user is not a member", async () => {
    const answer = await read({ cookie, "brim-customer": other.customerId });

    expect(answer.status).toBe(403);
    expect(answer.body.details).toEqual({ reason: "not_a_member" });
  });

  it("loses access immediately with the membership", async () => {
    const developer = await memberSession("developer");
    const headers = { cookie: developer, "brim-customer": customer.customerId };
    expect((await read(headers)).status).toBe(200);

    await prisma().membership.deleteMany({ where: { user: { email: "developer@example.com" } } });

    expect((await read(headers)).status).toBe(403);
  });

  it.each<[Role, number]>([
    ["owner", 200],
    ["billing", 200],
    ["developer", 403],
    ["viewer", 403],
  ])("as %s gets %i for starting a top-up", async (role, status) => {
    const headers = {
      cookie: await memberSession(role),
      "brim-customer": customer.customerId,
      origin: brim.url,
    };

    expect((await write(headers)).status).toBe(status);
  });

  it("with a forged session is not authenticated", async () => {
    const [{ sessionId, userId } = { sessionId: "", userId: "" }] = await prisma().userSession.findMany();
    const secret = process.env.NEXTAUTH_SECRET ?? "";
    const forge = async (token: Record<string, unknown>, signedWith = secret) =>
      `next-auth.session-token=${await encode({ token, secret: signedWith })}`;

    for (const forged of [
      "next-auth.session-token=abc",
      await forge({ sub: userId, sid: sessionId }, "another secret, also of thirty-two characters"),
      await forge({ sub: userId }), // as cookies were before sessions ended on the server
      await forge({ sub: userId, sid: newId("session") }),
      await forge({ sub: newId("user"), sid: sessionId }),
    ]) {
      expect((await read({ ...mine(), cookie: forged })).status).toBe(401);
    }
  });

  it("that also sends an API key acts as the key", async () => {
    const answer = await read({ ...mine(), authorization: `Bearer ${other.key}` });

    expect(answer.body.customer_id).toBe(other.customerId);
  });
});
