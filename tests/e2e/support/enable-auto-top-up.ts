import { changeAutoTopUp } from "@/lib/auto-charge";
import { cents } from "@/lib/money";
import { prisma } from "@/lib/platform/db";
import type { Member } from "./journey";

/**
 * Gives a customer a saved card that does not exist at Stripe, and turns auto top-up on: below $10, by $20, at most $80 in 3
 * charges within 24 hours.
 */
export async function enableAutoTopUp({ customerId, email }: Member): Promise<void> {
  const paymentMethodId = `pm_${email.replace(/\W/g, "")}`;
  await prisma().paymentMethod.create({
    data: {
      customerId,
      paymentMethodId,
      livemode: false,
      cardBrand: "visa",
      cardLast4: "4242",
      cardExpMonth: 12,
      cardExpYear: 2034,
      usableOffSession: true,
    },
  });
  const rule = {
    enabled: true,
    threshold: cents(1_000n),
    amount: cents(2_000n),
    monthlyCap: cents(50_000n),
    paymentMethodId,
  };
  await changeAutoTopUp(customerId, rule, { by: "test", ipAddress: null }, new Date());
}
