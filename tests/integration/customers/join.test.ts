import { afterAll, beforeAll, expect, it } from "vitest";
import { createDemoUser } from "@/lib/auth";
import { createCustomer, joinCustomersByEmail, listCustomersOf, roleOf } from "@/lib/customers";
import { readBalance } from "@/lib/ledger";
import { testDatabase } from "@/tests/support/settings";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

async function aUser(email: string) {
  const { userId } = await createDemoUser({ email, name: "Ada", password: "x" });
  return { userId, email, name: "Ada" };
}

it("a user with a verified email joins every customer with the same address as owner", async () => {
  const [one, two] = [
    await createCustomer({ name: "One", email: "Carried@example.com" }),
    await createCustomer({ name: "Two", email: "carried@example.com" }),
  ];
  await createCustomer({ name: "Three", email: "else@example.com" });
  const user = await aUser("carried@example.com");

  await joinCustomersByEmail(user, { mayCreate: true });

  expect((await listCustomersOf(user.userId)).map((customer) => customer.customerId)).toEqual([
    one.customerId,
    two.customerId,
  ]);
  expect(await roleOf(user.userId, one.customerId)).toBe("owner");
});

it("a user without a customer gets exactly one, and only when sign-up is open", async () => {
  const user = await aUser("new@example.com");

  await joinCustomersByEmail(user, { mayCreate: false });
  expect(await listCustomersOf(user.userId)).toEqual([]);

  await Promise.all([1, 2, 3, 4].map(() => joinCustomersByEmail(user, { mayCreate: true })));

  const customers = await listCustomersOf(user.userId);
  expect(customers).toHaveLength(1);
  expect((await readBalance(customers[0]?.customerId ?? "cust_none")).balance).toBe(0n);
});
