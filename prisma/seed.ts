import { randomBytes } from "node:crypto";
import { createApiKey, verifyApiKey } from "@/lib/api-keys";
import { createDemoUser } from "@/lib/auth";
import { addMember, createCustomer, findCustomerByEmail } from "@/lib/customers";
import { closeDatabase } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

const USER_EMAIL = "demo@example.com";

/** Secrets that an earlier seed gave out, to be kept while the database still knows them. */
type KnownKeys = Partial<Record<"customerApiKey" | "otherCustomerApiKey" | "operatorApiKey", unknown>>;

/** The demo's identities. */
interface SeededDemo {
  customerId: string;
  customerApiKey: string;
  otherCustomerId: string;
  otherCustomerApiKey: string;
  operatorApiKey: string;
  userEmail: string;
}

/**
 * Two customers, a user who owns the first one only, a key for each customer and one for the operator. May run
 * any number of times: what exists is kept.
 */
async function seedDemo(input: { userPassword: string; known?: KnownKeys }): Promise<SeededDemo> {
  const customerId = await provideCustomer("Acme AI", "acme@example.com");
  const otherCustomerId = await provideCustomer("Globex", "globex@example.com");
  const { userId } = await createDemoUser({
    email: USER_EMAIL,
    name: "Demo",
    password: input.userPassword,
  });
  await addMember({ customerId, userId, role: "owner" });
  const known = input.known ?? {};
  return {
    customerId,
    customerApiKey: await provideKey(known.customerApiKey, customerId, "Demo"),
    otherCustomerId,
    otherCustomerApiKey: await provideKey(known.otherCustomerApiKey, otherCustomerId, "Demo"),
    operatorApiKey: await provideKey(known.operatorApiKey, null, "Demo operator"),
    userEmail: USER_EMAIL,
  };
}

async function provideCustomer(name: string, email: string) {
  const existing = await findCustomerByEmail(email);
  return (existing ?? (await createCustomer({ name, email }))).customerId;
}

/** A key is shown once, so a lost or revoked one is replaced by a new one. */
async function provideKey(known: unknown, customerId: CustomerId | null, name: string): Promise<string> {
  if (typeof known === "string" && (await isKeyOf(known, customerId))) return known;
  const { secret } = await createApiKey({ customerId, name, scopes: "all" });
  return secret;
}

async function isKeyOf(secret: string, customerId: CustomerId | null): Promise<boolean> {
  try {
    const actor = await verifyApiKey(secret);
    return customerId
      ? actor.kind === "customer_key" && actor.customerId === customerId
      : actor.kind === "operator_key";
  } catch (error) {
    // By kind: any other failure is one of the database and must not look like a lost key.
    if (error instanceof Error && "kind" in error && error.kind === "unauthorized") return false;
    throw error;
  }
}

/** The demo starts this as a child and sends what it knows; by hand it makes new keys and prints them. */
async function run(): Promise<void> {
  if (process.send) {
    const input = await new Promise<Parameters<typeof seedDemo>[0]>((resolve) =>
      process.once("message", resolve),
    );
    process.send(await seedDemo(input));
  } else {
    const userPassword = randomBytes(9).toString("base64url");
    const seeded = await seedDemo({ userPassword });
    process.stdout.write(`${JSON.stringify({ ...seeded, userPassword }, null, 2)}\n`);
  }
}

try {
  await run();
} finally {
  await closeDatabase();
  if (process.connected) process.disconnect(); // else the channel keeps this process alive
}
