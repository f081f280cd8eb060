import { cents } from "@/lib/money";
import { type StartTopUpInput, startTopUp } from "@/lib/top-ups";
import { runTasks } from "../tasks";
import type { Real } from "./world";

/** One thing that happens at Stripe. `made` has the ids of the refunds, disputes and cards so far. */
export type Step = (real: Real, made: string[]) => Promise<unknown>;

const PAYMENT: StartTopUpInput = { mode: "payment", amount: cents(2_000n), savePaymentMethod: false };

/** Opens a Checkout page; the following steps are about it. */
const open =
  (input: StartTopUpInput = PAYMENT): Step =>
  async (real) => {
    const { intent, sessionId } = await startTopUp(real.actor, input, null);
    real.topUps.push({ topUpIntentId: intent.topUpIntentId, sessionId, paymentIntentId: null });
  };

/** Pays the page from Germany, with 19 % tax: 23.80 for a credit of 20.00. */
const pay =
  (details: object = {}): Step =>
  async (real, made) => {
    const topUp = real.topUps.at(-1);
    if (!topUp) throw new Error("There is no page to pay.");
    const { brim } = real.world;
    await brim.control(`/checkout/${topUp.sessionId}/pay`, { address: { country: "DE" }, ...details });
    const session = await brim.stripe.checkout.sessions.retrieve(topUp.sessionId, {
      expand: ["setup_intent"],
    });
    if (session.setup_intent && typeof session.setup_intent === "object") {
      made.push(String(session.setup_intent.payment_method));
    }
    if (typeof session.payment_intent !== "string") return;
    topUp.paymentIntentId = session.payment_intent;
    real.world.claim(session.payment_intent, real);
  };

const paymentOf = ({ topUps }: Real) => topUps.at(-1)?.paymentIntentId ?? "";

const expire: Step = ({ world, topUps }) =>
  world.brim.control(`/checkout/${topUps.at(-1)?.sessionId}/expire`);
const endDebit =
  (outcome: "settle" | "fail"): Step =>
  (real) =>
    real.world.brim.control(`/payments/${paymentOf(real)}/${outcome}`);

const refund =
  (amount?: number): Step =>
  async (real, made) => {
    const params = { payment_intent: paymentOf(real), ...(amount && { amount }) };
    made.push((await real.world.brim.stripe.refunds.create(params)).id);
  };
const dispute =
  (details: object = {}): Step =>
  async (real, made) => {
    const { id } = await real.world.brim.control(`/charges/${paymentOf(real)}/dispute`, details);
    made.push(String(id));
  };
const warn: Step = (real) => real.world.brim.control(`/charges/${paymentOf(real)}/fraud_warning`, {});

/** Something that becomes of the refund or dispute that was made last, or as the number says. */
const then =
  (action: string, { number = -1, details = {} }: { number?: number; details?: object } = {}): Step =>
  (real, made) => {
    const id = made.at(number) ?? "";
    const kind = /^(re|pyr)_/.test(id) ? "refunds" : "disputes";
    return real.world.brim.control(`/${kind}/${id}/${action}`, details);
  };

const cardOf = (made: string[]) => made.at(-1) ?? "";
const tasks: Step = () => runTasks();
const changeCard: Step = ({ world }, made) =>
  world.brim.stripe.paymentMethods.update(cardOf(made), { billing_details: { name: "Jo Doe" } });
const replaceCard: Step = ({ world }, made) =>
  world.brim.control(`/payment_methods/${cardOf(made)}/update`, { exp_year: 2040 });
const detachCard: Step = ({ world }, made) => world.brim.stripe.paymentMethods.detach(cardOf(made));
const deleteCustomer: Step = async ({ world, topUps }) => {
  const { customer } = await world.brim.stripe.checkout.sessions.retrieve(topUps.at(-1)?.sessionId ?? "");
  return world.brim.stripe.customers.del(String(customer));
};

const paid = [open(), pay()];
const byBank = [open(), pay({ bank_account: "pays" })];
const saved = [open({ mode: "setup" }), pay(), tasks];
const declined = pay({ card: "4000000000000002" });

/** What can happen, so that together every type of event that Brim handles is sent. */
export const SCENARIOS: Record<string, readonly Step[]> = {
  "a payment": paid,
  "a payment after a decline": [open(), declined, pay()],
  "a decline and no payment": [open(), declined, expire],
  "a page that expires": [open(), expire],
  "a debit that succeeds": [...byBank, endDebit("settle")],
  "a debit that fails": [...byBank, endDebit("fail")],
  "a saved card": saved,
  "a saved card that is changed, replaced and removed": [...saved, changeCard, replaceCard, detachCard],
  "a customer that is deleted": [...saved, deleteCustomer],
  "a partial refund": [...paid, refund(700)],
  "a full refund": [...paid, refund()],
  "a refund that fails": [...paid, refund(700), then("fail")],
  "two refunds of which the first fails": [...paid, refund(700), refund(500), then("fail", { number: 0 })],
  "a refund of a debit, which takes days": [...byBank, endDebit("settle"), refund(700), then("succeed")],
  "a dispute that stays open": [...paid, dispute()],
  "a dispute that is won": [...paid, dispute(), then("win")],
  "a dispute that is lost": [...paid, dispute(), then("lose")],
  "a dispute that is lost with a part returned": [
    ...paid,
    dispute(),
    then("lose", { details: { returned: 500 } }),
  ],
  "a dispute that is lost and won on appeal": [
    ...paid,
    dispute(),
    then("lose"),
    then("allow_appeal"),
    then("win"),
  ],
  "an inquiry that is closed": [...paid, dispute({ kind: "inquiry" }), then("close_warning")],
  "an inquiry that escalates and is lost": [
    ...paid,
    dispute({ kind: "inquiry" }),
    then("escalate"),
    then("lose"),
  ],
  "an inquiry that is prevented by a refund": [...paid, dispute({ kind: "inquiry" }), then("prevent")],
  "a refund beside a dispute of everything that is won": [
    ...paid,
    refund(700),
    dispute({ amount: 2_380 }),
    then("win"),
  ],
  "a fraud warning": [...paid, warn],
  "a fraud warning before a dispute": [...paid, warn, dispute()],
};
