import { ensureStripeCustomer } from "@/lib/customers";
import { adjust } from "@/lib/ledger";
import { NANOS_PER_DOLLAR, nanos } from "@/lib/money";
import { saveCard as storeCard } from "@/lib/payment-methods";
import { onPool, prisma } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { type ApiCustomer, aCustomer, type RunningBrim } from "./brim";
import type { SimulatedTime } from "./simulated-time";
import { runTasks } from "./tasks";

/** A customer whose saved card is charged automatically: below $10, by $20. */
export interface AutoCustomer extends ApiCustomer {
  paymentMethodId: string;
  stripeCustomerId: string;
}

export interface AutoCustomerOptions {
  /** Stripe's name of a test card, such as `pm_card_visa`. */
  card?: string;
  country?: string;
  /** Whole dollars. */
  balance?: number;
  rule?: Record<string, unknown> | null;
  /** False leaves the queued tasks, which are those of every customer of the file: for tests that run side by side. */
  tasks?: boolean;
}

const RULE = { enabled: true, threshold_usd: "10.00", amount_usd: "20.00", monthly_cap_usd: "500.00" };

/** Creates a customer with a saved card, a balance, and an enabled rule unless `rule` is null. */
export async function anAutoCustomer(
  brim: RunningBrim,
  { card, country = "US", balance = 30, rule = {}, tasks = true }: AutoCustomerOptions = {},
): Promise<AutoCustomer> {
  const customer = await aCustomer(brim);
  const paymentMethodId = await saveCard(brim, customer, { card, country });
  const { stripeCustomerId } = await prisma().stripeCustomer.findFirstOrThrow({
    where: { customerId: customer.customerId },
  });
  const auto = { ...customer, paymentMethodId, stripeCustomerId };
  if (balance > 0) await give(auto, balance);
  if (rule) await enable(auto, rule);
  if (tasks) await runTasks();
  return auto;
}

/** Saves a card for automatic charges, as a setup on the Checkout page does; the first one becomes the default. */
export async function saveCard(
  brim: RunningBrim,
  { customerId }: Pick<ApiCustomer, "customerId">,
  { card = "pm_card_visa", country = "US" }: { card?: string | undefined; country?: string } = {},
): Promise<string> {
  const customer = await ensureStripeCustomer(customerId);
  await brim.stripe.customers.update(customer, { address: { country, state: "OR" } });
  const { id } = await brim.stripe.paymentMethods.attach(card, { customer });
  await storeCard(customerId, id, `default-card:${id}`);
  return id;
}

/** Enables the rule, or changes it. */
export async function enable(customer: ApiCustomer, rule: Record<string, unknown> = {}): Promise<void> {
  const { status, body } = await customer.put("/api/v1/billing/auto-topup", { ...RULE, ...rule });
  if (status !== 200) throw new Error(JSON.stringify(body));
}

let adjustments = 0;

/** Adjusts the balance by whole dollars, as the operator does. */
export async function give({ customerId }: Pick<ApiCustomer, "customerId">, dollars: number): Promise<void> {
  adjustments += 1;
  await adjust(onPool(), {
    customerId,
    transferId: newId("transfer"),
    amount: nanos(BigInt(dollars) * NANOS_PER_DOLLAR),
    owner: "operator",
    key: `given-${process.pid}-${adjustments}`,
    requestHash: "given",
    reason: "Test",
    mayOverdraw: true,
    apiKeyId: null,
  });
}

let charges = 0;

/** Charges the customer's balance. */
export function spend(customer: ApiCustomer, amountUsd: string) {
  charges += 1;
  return customer.post("/api/v1/usage/charges", {
    amount_usd: amountUsd,
    idempotency_key: `spent-${process.pid}-${charges}`,
  });
}

/** Makes the customer's unresolved top-up due, as time does. */
export async function makeDue({ customerId }: ApiCustomer): Promise<void> {
  await prisma().topUpIntent.updateMany({
    where: { customerId, source: "auto", nextCheckAt: { not: null } },
    data: { nextCheckAt: new Date(0) },
  });
}

/** Continues an unresolved top-up as the sweep does, until nothing is left to do, and once more. */
export async function finishCharge(time: SimulatedTime, customer: ApiCustomer): Promise<void> {
  for (let round = 1; round <= 2; round++) {
    await makeDue(customer);
    await time.run(customer);
  }
}

/** The automatic top-ups of a customer, oldest first. */
export function autoTopUps({ customerId }: Pick<ApiCustomer, "customerId">) {
  return prisma().topUpIntent.findMany({
    where: { customerId, source: "auto" },
    orderBy: { topUpIntentId: "asc" },
  });
}

/** What is available, in dollars. */
export async function availableOf(customer: ApiCustomer): Promise<string> {
  return (await customer.get("/api/v1/billing/balance")).body.available_usd;
}

/** The invoices at Stripe, oldest first, as `status total`. */
export async function invoicesAtStripe(brim: RunningBrim, customer: AutoCustomer): Promise<string[]> {
  const { data } = await brim.stripe.invoices.list({ customer: customer.stripeCustomerId, limit: 100 });
  return data.map(({ status, total }) => `${status} ${total}`).reverse();
}

/** The outcomes of the evaluations, oldest first. */
export async function outcomesOf(customer: ApiCustomer): Promise<string[]> {
  const { body } = await customer.get("/api/v1/billing/auto-topup/decisions?limit=100");
  return body.decisions.map(({ outcome }: { outcome: string }) => outcome).reverse();
}

/** How the rule stands: on, or why it is off. */
export async function ruleOf(customer: ApiCustomer): Promise<string> {
  const { body } = await customer.get("/api/v1/billing/auto-topup");
  return body.enabled ? "on" : (body.disabled_reason ?? "off");
}

/** The kinds of emails to the customer, in order, whether or not there is a mail server. */
export async function mailKindsOf({ customerId }: ApiCustomer): Promise<string[]> {
  const rows = await prisma().customerMail.findMany({
    where: { customerId },
    orderBy: [{ createdAt: "asc" }, { kind: "asc" }],
  });
  return rows.map(({ kind }) => kind);
}
