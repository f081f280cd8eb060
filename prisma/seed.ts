import { randomBytes } from "node:crypto";
import { createApiKey, verifyApiKey } from "@/lib/api-keys";
import { createDemoUser } from "@/lib/auth";
import { addMember, createCustomer, findCustomerByEmail } from "@/lib/customers";
import { closeDatabase } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

const USER_EMAIL = "demo@example.com";

/** API keys created by an earlier seed. They are reused if they are still valid. */
type KnownKeys = Partial<Record<"customerApiKey" | "otherCustomerApiKey" | "operatorApiKey", unknown>>;

interface SeededDemo {
  customerId: string;
  customerApiKey: string;
  otherCustomerId: string;
  otherCustomerApiKey: string;
  operatorApiKey: string;
  userEmail: string;
}

/**
 * Creates two customers, a user who owns the first, an API key for each customer, and an operator key. Idempotent: existing
 * objects are kept.
 */
async function seedDemo(input: { userPassword: string; known?: KnownKeys }): Promise<SeededDemo> {
  const customerId = await findOrCreateCustomer("Acme AI", "acme@example.com");
  const otherCustomerId = await findOrCreateCustomer("Globex", "globex@example.com");
  const { userId } = await createDemoUser({
    email: USER_EMAIL,
    name: "Demo",
    password: input.userPassword,
  });
  await addMember({ customerId, userId, role: "owner" });
  const known = input.known ?? {};
  return {
    customerId,
    customerApiKey: await reuseOrCreateKey(known.customerApiKey, customerId, "Demo"),
    otherCustomerId,
    otherCustomerApiKey: await reuseOrCreateKey(known.otherCustomerApiKey, otherCustomerId, "Demo"),
    operatorApiKey: await reuseOrCreateKey(known.operatorApiKey, null, "Demo operator"),
    userEmail: USER_EMAIL,
  };
}

async function findOrCreateCustomer(name: string, email: string) {
  const existing = await findCustomerByEmail(email);
  return (existing ?? (await createCustomer({ name, email }))).customerId;
}

/** Returns the known key if it is valid. Otherwise creates a new one, because a secret is shown only once. */
async function reuseOrCreateKey(
  known: unknown,
  customerId: CustomerId | null,
  name: string,
): Promise<string> {
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
    // Any other error is a database failure and must not be mistaken for an invalid key.
    if (error instanceof Error && "kind" in error && error.kind === "unauthorized") return false;
    throw error;
  }
}

/** As a child process of the demo, exchanges messages with it. Otherwise, prints the created keys. */
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
  if (process.connected) process.disconnect(); // otherwise the channel keeps this process alive
}
