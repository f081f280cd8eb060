import { randomUUID } from "node:crypto";
import { createApiKey } from "@/lib/api-keys";
import { createCustomer } from "@/lib/customers";
import { raiseAlert } from "@/lib/platform/alerts";
import { onPool, prisma } from "@/lib/platform/db";
import { type ApiCustomer, eventually, type RunningBrim } from "../brim";
import { aPaidTopUp, deliverAbout, disputeAtStripe, hideDisputeAmount } from "../paid-top-up";

type Maker = (owner: ApiCustomer, brim: RunningBrim) => Promise<string>;

/** Factories of objects by path parameter. A new parameter needs a line here. */
const MAKERS: Record<string, Maker> = {
  topup_intent_id: async (owner, brim) =>
    (await aPaidTopUp(brim, { amount: "5.00", customer: owner })).topUpIntentId,
  dispute_id: disputeWithoutAmount,
  alert_id: anAlert,
  charge_id: async (owner) => (await spend(owner, "/api/v1/usage/charges")).charge_id,
  hold_id: async (owner) => (await spend(owner, "/api/v1/usage/holds")).hold_id,
  payment_method_id: savedCard,
  customer_id: async () =>
    (await createCustomer({ name: "Acme", email: `${randomUUID()}@example.com` })).customerId,
  api_key_id: async (owner) =>
    (await createApiKey({ customerId: owner.customerId, name: "spare", scopes: "all" })).apiKeyId,
};

/** Creates an object of a customer and returns its id. */
export function makeObject(name: string, owner: ApiCustomer, brim: RunningBrim): Promise<string> {
  const maker = MAKERS[name];
  if (!maker) {
    throw new Error(`Add a factory for the path parameter {${name}} to tests/support/refusals/objects.ts.`);
  }
  return maker(owner, brim);
}

/** The path parameters that this file supports. */
export const OBJECT_NAMES = Object.keys(MAKERS);

async function spend(owner: ApiCustomer, path: string) {
  const answer = await owner.post(path, { amount_usd: "5.00", idempotency_key: randomUUID() });
  if (answer.status !== 200) throw new Error(`${path} returned ${JSON.stringify(answer.body)}.`);
  return answer.body;
}

/** Opens a dispute whose money moved in a currency that cannot be converted. */
async function disputeWithoutAmount(owner: ApiCustomer, brim: RunningBrim): Promise<string> {
  const topUp = await aPaidTopUp(brim, { amount: "5.00", customer: owner });
  const id = await disputeAtStripe(brim, topUp);
  await hideDisputeAmount(brim, id);
  await deliverAbout(brim, "charge.dispute.funds_withdrawn", { id, object: "dispute" });
  return id;
}

/** Raises an alert about a customer. */
async function anAlert({ customerId }: ApiCustomer): Promise<string> {
  const subjectId = randomUUID();
  await raiseAlert(onPool(), { customerId, kind: "charge_failed", subjectId, message: "A charge failed." });
  return (await prisma().alert.findFirstOrThrow({ where: { customerId, subjectId } })).alertId;
}

/** Different cards, because a card that is saved twice is listed once. */
const TEST_CARDS = [
  "4242424242424242",
  "5555555555554444",
  "378282246310005",
  "6011111111111117",
  "4000056655665556",
  "3566002020360505",
];

interface ListedCard {
  payment_method_id: string;
  card_last4: string;
}

/** Saves a card through Checkout. */
async function savedCard(owner: ApiCustomer, brim: RunningBrim): Promise<string> {
  const cards = async () =>
    (await owner.get("/api/v1/billing/payment-methods")).body.payment_methods as ListedCard[];
  const known = await cards();
  const card = TEST_CARDS.find((number) => !known.some(({ card_last4 }) => number.endsWith(card_last4)));
  if (!card) throw new Error("All test cards are saved. Add another one to this file.");
  const { body } = await owner.post("/api/v1/billing/checkout-session", { mode: "setup" });
  await brim.control(`/checkout/${body.session_id}/pay`, { card });
  const isNew = ({ card_last4 }: ListedCard) => card.endsWith(card_last4);
  const found = (await eventually(cards, (all) => all.some(isNew))).find(isNew);
  if (!found) throw new Error("The card was not saved.");
  return found.payment_method_id;
}
