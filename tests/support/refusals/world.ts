import { createApiKey, revokeApiKey } from "@/lib/api-keys";
import { createDemoUser, ROLES, type Role, type Scope } from "@/lib/auth";
import { evaluateAutoTopUp } from "@/lib/auto-charge";
import { addMember } from "@/lib/customers";
import { prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { type ApiCustomer, aCustomer, callerWith, eventually, type RunningBrim } from "../brim";
import { sessionOf } from "../sign-in/session-of";
import { invoicedTopUp, topUp } from "../spending";
import { makeObject, OBJECT_NAMES } from "./objects";

/** Two customers with one object of each kind, the operator, and callers that must be rejected. */
export interface ApiWorld {
  brim: RunningBrim;
  /** The customer whose requests are tested. */
  customer: ApiCustomer;
  /** Another customer. */
  other: ApiCustomer;
  operatorKey: string;
  /** The customer's objects by path parameter. Tests must not change them. */
  objects: Record<string, string>;
  othersObjects: Record<string, string>;
  /** Session cookies of the customer's members, by role. */
  cookies: Record<Role, string>;
  deadKeys: Record<"customer" | "operator", { revoked: string; expired: string }>;
}

/** Creates the objects in a new Brim. */
export async function buildWorld(brim: RunningBrim): Promise<ApiWorld> {
  const [customer, other] = [await aFundedApiCustomer(brim), await aFundedApiCustomer(brim)];
  const world: ApiWorld = {
    brim,
    customer,
    other,
    operatorKey: await keyOf(null),
    objects: {},
    othersObjects: {},
    cookies: await cookiesOf(customer.customerId),
    deadKeys: { customer: await deadKeys(customer.customerId), operator: await deadKeys(null) },
  };
  for (const name of OBJECT_NAMES) {
    world.objects[name] = await makeObject(name, customer, brim);
    world.othersObjects[name] = await makeObject(name, other, brim);
  }
  await writeLists(world);
  return world;
}

/** Creates an API key, by default with every scope of its kind. */
export async function keyOf(customerId: CustomerId | null, scopes: "all" | readonly Scope[] = "all") {
  return (await createApiKey({ customerId, name: "test", scopes })).secret;
}

/** Creates a customer with an API key and a balance. */
async function aFundedApiCustomer(brim: RunningBrim): Promise<ApiCustomer> {
  const customer = await aCustomer(brim);
  await topUp(customer.customerId, "1000.00");
  return customer;
}

async function deadKeys(customerId: CustomerId | null) {
  const [revoked, expired] = [
    await createApiKey({ customerId, name: "revoked", scopes: "all" }),
    await createApiKey({ customerId, name: "expired", scopes: "all" }),
  ];
  await revokeApiKey(revoked.apiKeyId, new Date());
  await prisma().apiKey.update({
    where: { apiKeyId: expired.apiKeyId },
    data: { expiresAt: new Date(Date.now() - 1_000) },
  });
  return { revoked: revoked.secret, expired: expired.secret };
}

/** Signs in a member of each role. */
async function cookiesOf(customerId: CustomerId): Promise<Record<Role, string>> {
  const cookies: Partial<Record<Role, string>> = {};
  for (const role of ROLES) {
    const { userId } = await createDemoUser({ email: `${role}@example.com`, name: role, password: "x" });
    await addMember({ customerId, userId, role });
    cookies[role] = await sessionOf(userId);
  }
  return cookies as Record<Role, string>;
}

/** Adds several items to every list, so that each has a second page and a cursor. */
async function writeLists({ brim, customer, other, operatorKey, objects }: ApiWorld): Promise<void> {
  const operator = callerWith(brim, operatorKey);
  for (const { customerId } of [customer, other, customer, other]) {
    const answer = await operator.post(
      "/api/v1/admin/adjustments",
      { customer_id: customerId, amount_usd: "1.00", reason: "for the list" },
      { "Idempotency-Key": `list-${customerId}-${Math.random()}` },
    );
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  }
  for (const stripePaymentIntentId of ["pi_list_1", "pi_list_2"]) {
    const { customerId } = customer;
    const data = { customerId, topUpIntentId: objects.topup_intent_id ?? "", stripePaymentIntentId };
    await prisma().refundTask.create({
      data: { ...data, amountCents: 500, currency: "usd", reason: "second_payment" },
    });
  }
  for (const owner of [customer, other]) {
    await decideTwice(owner, await makeObject("payment_method_id", owner, brim));
    for (const number of ["A-0001", "A-0002"]) await invoicedTopUp(owner.customerId, "5.00", number);
  }
}

/** Enables auto top-up, with two decisions of different outcomes. */
async function decideTwice(owner: ApiCustomer, paymentMethodId: string): Promise<void> {
  const rule = { threshold_usd: "10.00", amount_usd: "25.00", monthly_cap_usd: "200.00" };
  for (const enabled of [true, false, true]) {
    const change = { ...rule, enabled, payment_method_id: paymentMethodId };
    // The card is known before the event arrives that says what it was saved for.
    await eventually(
      () => owner.put("/api/v1/billing/auto-topup", change),
      ({ status }) => status === 200,
    );
    await evaluateAutoTopUp(owner.customerId, new Date());
  }
}
