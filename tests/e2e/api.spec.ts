import { parseUsd } from "@/lib/money";
import { api, control, demo } from "./support/demo";
import { expect, test } from "./support/journey";

const amount = (text: unknown) => parseUsd(String(text), { decimals: 9 });

test("a program can top up with the API key from demo.json", async () => {
  const before = await api("/billing/balance");
  expect(before.status).toBe(200);

  const started = await api("/billing/checkout-session", {
    method: "POST",
    headers: { "idempotency-key": `e2e-${Date.now()}` },
    body: JSON.stringify({ amount_usd: "25.00" }),
  });
  expect(started.status).toBe(200);
  expect(String(started.body.url)).toContain(demo().sandboxUrl);
  await control(`/checkout/${started.body.session_id}/pay`);

  await expect
    .poll(async () => (await api(`/billing/topups/${started.body.topup_intent_id}`)).body.status)
    .toBe("succeeded");
  const after = await api("/billing/balance");
  expect(amount(after.body.balance_usd) - amount(before.body.balance_usd)).toBe(amount("25.00"));
});

test("each demo key acts on its own customer, and the readiness check passes", async () => {
  const mine = await api("/billing/balance");
  const theirs = await api("/billing/balance", {}, demo().otherCustomerApiKey);
  const operator = await api("/billing/balance", {}, demo().operatorApiKey);

  expect(mine.body.customer_id).toBe(demo().customerId);
  expect(theirs.body.customer_id).toBe(demo().otherCustomerId);
  expect(operator.status).toBe(403);
  expect((await fetch(`${demo().appUrl}/api/v1/ready`)).status).toBe(200);
});
