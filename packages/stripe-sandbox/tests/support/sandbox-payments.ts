import type Stripe from "stripe";
import { topUpParams } from "./checkout-params";
import type { TestSandbox } from "./test-sandbox";

interface Payment {
  cents?: number;
  card?: string;
}

/** Pays through Checkout as a customer in Oregon, so that no tax is added; returns the charge. */
export async function aPaidCharge(
  sandbox: TestSandbox,
  { cents = 10_000, card = "4242424242424242" }: Payment = {},
): Promise<Stripe.Charge> {
  return (await checkOut(sandbox, cents, { card })).charge;
}

/** Pays by bank debit through Checkout; the debit stays pending. Returns its charge and PaymentIntent ID. */
export function aBankDebit(sandbox: TestSandbox, { cents = 10_000 }: Payment = {}) {
  return checkOut(sandbox, cents, { bank_account: "pays" });
}

async function checkOut({ stripe, control }: TestSandbox, cents: number, paidWith: object) {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  const session = await stripe.checkout.sessions.create(
    topUpParams(customer.id, {
      expires_at: undefined,
      line_items: [
        {
          quantity: 1,
          price_data: { currency: "usd", unit_amount: cents, product_data: { name: "Balance top-up" } },
        },
      ],
    }),
  );
  await control("POST", `/checkout/${session.id}/pay`, paidWith);
  const paid = await stripe.checkout.sessions.retrieve(session.id);
  const intent = String(paid.payment_intent);
  const [charge] = (await stripe.charges.list({ payment_intent: intent })).data;
  if (!charge) throw new Error(`${session.id} was not paid`);
  return { charge, intent };
}

/** Returns every event after the given one, oldest first. */
export async function eventsAfter(stripe: Stripe, mark: Stripe.Event | undefined): Promise<Stripe.Event[]> {
  const events: Stripe.Event[] = [];
  for await (const event of stripe.events.list({ limit: 100 })) {
    if (event.id === mark?.id) break;
    events.push(event);
  }
  return events.reverse();
}
