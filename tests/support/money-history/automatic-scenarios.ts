import { changeAutoTopUp, giverOf, runAutoTopUp } from "@/lib/auto-charge";
import { charge } from "@/lib/ledger";
import { cents } from "@/lib/money";
import { autoTopUps, give, saveCard } from "../auto-top-up";
import { aCharge } from "../spending";
import type { Step } from "./scenarios";
import type { Real } from "./world";

/** Saves a card and lets it be charged $20 when less than $10 is left; $30 are. */
const enable =
  ({ card = "pm_card_visa", country = "US", monthlyCap = 50_000n } = {}): Step =>
  async (real, made) => {
    const { actor, world } = real;
    const paymentMethodId = await saveCard(world.brim, actor, { card, country });
    made.push(paymentMethodId);
    const { customer } = await world.brim.stripe.paymentMethods.retrieve(paymentMethodId);
    world.claim(String(customer), real);
    await give(actor, 30);
    const terms = { threshold: cents(1_000n), amount: cents(2_000n), monthlyCap: cents(monthlyCap) };
    await changeAutoTopUp(actor.customerId, { enabled: true, ...terms }, giverOf(actor, null), new Date());
  };

/** Spends $25, and does what the task of that charge does. */
const fallBelow: Step = async (real) => {
  const { customerId } = real.actor;
  await charge(aCharge(customerId, "25.00"));
  await runAutoTopUp(customerId, new Date());
  await claimPayments(real);
};

async function invoiceOf({ actor }: Real): Promise<string> {
  return (await autoTopUps(actor)).at(-1)?.stripeInvoiceId ?? "";
}

/** The event of an invoice's payment names only the invoice. */
async function claimPayments(real: Real): Promise<void> {
  const { world } = real;
  const invoice = await invoiceOf(real);
  if (!invoice) return;
  for (const { id } of (await world.brim.stripe.invoicePayments.list({ invoice })).data)
    world.claim(id, real);
}

const declineCard: Step = ({ world }, made) =>
  world.brim.control(`/payment_methods/${made.at(-1)}/decline`, { decline_code: "insufficient_funds" });

/** Pays on the page of the invoice. */
const payInvoice: Step = async (real, made) => {
  const { brim } = real.world;
  const payment_method = made.at(-1) ?? "";
  await brim.control(`/payment_methods/${payment_method}/accept`);
  await brim.stripe.invoices.pay(await invoiceOf(real), { off_session: true, payment_method });
  await claimPayments(real);
};

const voidInvoice: Step = async (real) => real.world.brim.stripe.invoices.voidInvoice(await invoiceOf(real));

/** The sandbox cannot overpay an invoice, so this sends the event alone. */
const overpay: Step = async (real) => {
  const { brim } = real.world;
  const invoice = await brim.stripe.invoices.retrieve(await invoiceOf(real));
  const event = {
    id: `evt_overpaid_${invoice.id}`,
    type: "invoice.overpaid",
    created: invoice.created,
    data: { object: { ...invoice } },
  };
  real.events.push(event);
  real.waiting.add(event);
};

const NEEDS_AUTHENTICATION = "pm_card_authenticationRequired";

/** What can happen to automatic top-ups. Stripe must answer a payment that needs 3-D Secure with `requires_action`. */
export const AUTOMATIC_SCENARIOS: Record<string, readonly Step[]> = {
  "an automatic top-up": [enable(), fallBelow],
  "an automatic top-up that is overpaid": [enable(), fallBelow, overpay],
  "an automatic top-up that is declined and paid later": [enable(), declineCard, fallBelow, payInvoice],
  "an automatic top-up that is declined and voided": [enable(), declineCard, fallBelow, voidInvoice],
  "an automatic top-up that needs authentication and is voided": [
    enable({ card: NEEDS_AUTHENTICATION }),
    fallBelow,
    voidInvoice,
  ],
  "an automatic top-up above the monthly cap": [enable({ country: "DE", monthlyCap: 2_000n }), fallBelow],
};
