import { Brim } from "@/lib/client";
import { prisma } from "@/lib/platform/db";
import { control, demo } from "./demo";
import { expect, type Member } from "./journey";

/** Returns the API with the member's key. */
export function apiOf({ key }: Member): Brim {
  return new Brim({ baseUrl: demo().appUrl, apiKey: key });
}

/** Saves a card for automatic charges and waits until it is the default. */
export async function saveCard(member: Member): Promise<void> {
  const brim = apiOf(member);
  const { session_id } = await brim.createCheckoutSession({ mode: "setup" });
  await control(`/checkout/${session_id}/pay`, {
    card: "4242424242424242",
    address: { country: "US", state: "OR", postal_code: "97201", city: "Portland", line1: "1 Main Street" },
  });
  const isDefault = async () => (await brim.listPaymentMethods()).payment_methods[0]?.is_default;
  await expect.poll(isDefault).toBe(true);
}

/** Adds US dollars to the balance, as the operator does. */
export async function give({ customerId }: Member, amountUsd: string): Promise<void> {
  const operator = new Brim({ baseUrl: demo().appUrl, apiKey: demo().operatorApiKey });
  await operator.createAdjustment({ customer_id: customerId, amount_usd: amountUsd, reason: "Test" });
}

/** Pretends that the last automatic charge was longer ago than the pause between two. */
export async function endCooldown({ customerId }: Member): Promise<void> {
  await prisma().autoTopUpRule.update({
    where: { customerId },
    data: { claimedAt: new Date(Date.now() - 86_400_000), nextEvaluationAt: null },
  });
}
