import { createApiKey } from "@/lib/api-keys";
import { createCustomer } from "@/lib/customers";

/** A customer without money, whose charge was refused, and who has opened a Checkout page. */
export interface BlockedCustomer {
  customerId: string;
  key: string;
  topUpIntentId: string;
  sessionId: string;
  /** When the payment was sent to Stripe, in milliseconds. */
  paidAt: number;
}

/** Creates a customer who is refused a charge and opens a Checkout page. */
export async function blockCustomer(url: string): Promise<BlockedCustomer> {
  const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });
  const { secret: key } = await createApiKey({ customerId, name: "bench", scopes: "all" });
  const refusal = await charge(url, key);
  if (refusal.status !== 402) throw new Error(`A charge without money was answered with ${refusal.status}.`);
  const response = await post(url, key, "/api/v1/billing/checkout-session", { amount_usd: "10.00" });
  const started = (await response.json()) as { session_id: string; topup_intent_id: string };
  const { session_id: sessionId, topup_intent_id: topUpIntentId } = started;
  return { customerId, key, topUpIntentId, sessionId, paidAt: 0 };
}

/** Charges a cent, and returns the status and the body if it was refused. */
export async function charge(url: string, key: string): Promise<{ status: number; text: string }> {
  const body = { amount_usd: "0.01", idempotency_key: crypto.randomUUID() };
  const response = await post(url, key, "/api/v1/usage/charges", body);
  return { status: response.status, text: await response.text() };
}

function post(url: string, key: string, path: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}
