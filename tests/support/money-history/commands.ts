import fc from "fast-check";
import { captureHold, charge, openHold, releaseHold } from "@/lib/ledger";
import { cents, nanos } from "@/lib/money";
import { settleRefundsOfPayment } from "@/lib/refunds";
import { refOf, settleTopUp, startTopUp } from "@/lib/top-ups";
import { copyOf, handle, handleAndCrash, withOutage } from "../event-feed";
import { aCharge, aHold, outcomes } from "../spending";
import { type Model, NANOS_PER_CENT, type TopUpModel } from "./model";
import type { Real, RealTopUp } from "./world";

type MoneyCommand = fc.AsyncCommand<Model, Real>;

/** A command that does something at Stripe or at Brim; `run` says what the model learns of it. */
function command(name: string, run: (model: Model, real: Real) => Promise<unknown>): MoneyCommand {
  return {
    check: () => true,
    async run(model, real) {
      await run(model, real);
      await real.world.collect();
    },
    toString: () => name,
  };
}

const pick = <T>(items: readonly T[], n: number): T | undefined => items[n % Math.max(1, items.length)];

/** A command about one of the top-ups that the model finds suitable. */
function aboutTopUp(
  name: string,
  n: number,
  isSuitable: (topUp: TopUpModel) => boolean,
  run: (topUp: TopUpModel, paid: RealTopUp, real: Real, model: Model) => Promise<unknown>,
): MoneyCommand {
  return command(`${name} #${n}`, async (model, real) => {
    const at = pick(
      model.topUps.flatMap((topUp, index) => (isSuitable(topUp) ? [index] : [])),
      n,
    );
    if (at === undefined) return;
    await run(model.topUps[at] as TopUpModel, real.topUps[at] as RealTopUp, real, model);
  });
}

const isOpen = ({ status }: TopUpModel) => status === "open";
const isProcessing = ({ status }: TopUpModel) => status === "processing";
const isPaid = ({ status }: TopUpModel) => status === "succeeded";

export const checkout = (creditCents: number) =>
  command(`checkout of ${creditCents} cents`, async (model, real) => {
    if (real.topUps.length >= 3) return;
    const input = { mode: "payment", amount: cents(BigInt(creditCents)), savePaymentMethod: false } as const;
    const { intent, sessionId } = await startTopUp(real.actor, input, null);
    const { topUpIntentId } = intent;
    real.topUps.push({ topUpIntentId, sessionId, paymentIntentId: null });
    model.topUps.push({ creditCents, chargeCents: 0, status: "open", taken: new Map(), isWarned: false });
  });

export const pay = (n: number, country: string, by: "card" | "bank" = "card") =>
  aboutTopUp(`pay by ${by} from ${country}`, n, isOpen, async (known, topUp, real) => {
    const address = { country, state: "OR" };
    const bank = by === "bank" && { bank_account: "pays" };
    const { session } = (await real.world.brim.control(`/checkout/${topUp.sessionId}/pay`, {
      address,
      ...bank,
    })) as { session: { amount_total: number; payment_intent: string } };
    topUp.paymentIntentId = session.payment_intent;
    real.world.claim(session.payment_intent, real);
    known.chargeCents = session.amount_total;
    known.status = by === "bank" ? "processing" : "succeeded";
  });

const decline = (n: number) =>
  aboutTopUp("decline the card of", n, isOpen, (_known, { sessionId }, { world }) =>
    world.brim.control(`/checkout/${sessionId}/pay`, { card: "4000000000000002" }),
  );

const expire = (n: number) =>
  aboutTopUp("expire", n, isOpen, async (known, { sessionId }, { world }) => {
    await world.brim.control(`/checkout/${sessionId}/expire`);
    known.status = "expired";
  });

const endDebit = (n: number, outcome: "settle" | "fail") =>
  aboutTopUp(`${outcome} the debit of`, n, isProcessing, async (known, { paymentIntentId }, { world }) => {
    await world.brim.control(`/payments/${paymentIntentId}/${outcome}`);
    known.status = outcome === "settle" ? "succeeded" : "failed";
  });

const shareOf = ({ chargeCents }: TopUpModel, percent: number) =>
  Math.max(1, Math.floor((chargeCents * percent) / 100));

const refund = (n: number, percent: number) =>
  aboutTopUp(`refund ${percent} % of`, n, isPaid, async (known, { paymentIntentId }, { world }) => {
    const amount = shareOf(known, percent);
    // Stripe refuses what is disputed, or more than is left.
    const params = { payment_intent: paymentIntentId as string, amount };
    const made = await world.brim.stripe.refunds.create(params).catch(() => null);
    if (made) known.taken.set(made.id, amount);
  });

const endRefund = (n: number, m: number, outcome: "fail" | "succeed") =>
  aboutTopUp(`${outcome} refund ${m} of`, n, isPaid, async (known, _topUp, { world }) => {
    const id = pick([...known.taken.keys()].filter(isRefundId), m);
    const ended = id && (await world.brim.control(`/refunds/${id}/${outcome}`));
    if (id && ended && ended.status === "failed") known.taken.set(id, 0);
  });

const isRefundId = (id: string) => /^(re|pyr)_/.test(id);

const dispute = (n: number, percent: number, kind: "chargeback" | "inquiry") =>
  aboutTopUp(`${kind} about ${percent} % of`, n, isPaid, async (known, paid, real, model) => {
    const details = { amount: shareOf(known, percent), kind };
    const made = await real.world.brim.control(`/charges/${paid.paymentIntentId}/dispute`, details);
    if (!made.id) return; // more than is left
    if (kind === "chargeback") model.isRisky = true;
    await readFromStripe(known, paid, real);
  });

const DECISIONS = ["win", "lose", "lose_in_part", "escalate", "close_warning", "allow_appeal"] as const;

const decide = (n: number, m: number, decision: (typeof DECISIONS)[number]) =>
  aboutTopUp(`${decision} dispute ${m} of`, n, isPaid, async (known, paid, real, model) => {
    const { brim } = real.world;
    const id = pick(
      [...known.taken.keys()].filter((one) => !isRefundId(one)),
      m,
    );
    if (!id) return;
    const returned = decision === "lose_in_part" && { returned: Math.floor(known.chargeCents / 3) };
    const action = decision === "lose_in_part" ? "lose" : decision;
    const decided = await brim.control(`/disputes/${id}/${action}`, returned || {});
    if (decision === "escalate" && decided.id) model.isRisky = true;
    await readFromStripe(known, paid, real);
  });

/** A dispute makes pending refunds fail and moves money of its own: what is gone is what Stripe's objects say. */
async function readFromStripe(known: TopUpModel, paid: RealTopUp, { world }: Real): Promise<void> {
  const payment = { payment_intent: paid.paymentIntentId as string, limit: 100 };
  const refunds = await world.brim.stripe.refunds.list(payment);
  const disputes = await world.brim.stripe.disputes.list(payment);
  for (const { id, amount, status } of refunds.data) known.taken.set(id, status === "failed" ? 0 : amount);
  for (const { id, balance_transactions } of disputes.data) {
    const sum = balance_transactions.reduce((total, { amount }) => total - amount, 0);
    known.taken.set(id, Math.max(0, sum));
  }
}

const warn = (n: number) =>
  aboutTopUp("fraud warning about", n, isPaid, async (known, { paymentIntentId }, { world }, model) => {
    const made = await world.brim.control(`/charges/${paymentIntentId}/fraud_warning`, {});
    if (!made.id) return; // it has one
    known.isWarned = true;
    model.isRisky = true;
  });

const spend = (amountCents: number) =>
  command(`charge ${amountCents} cents`, async (model, { actor }) => {
    const { ok } = await outcomes([charge(inCents(aCharge(actor.customerId, "1.00"), amountCents))]);
    if (ok) model.spentNanos += BigInt(amountCents) * NANOS_PER_CENT;
  });

const hold = (amountCents: number) =>
  command(`hold ${amountCents} cents`, async (_model, { actor, holds }) => {
    const opened = await openHold(inCents(aHold(actor.customerId, "1.00"), amountCents)).catch(() => null);
    if (opened) holds.push(opened.hold.holdId);
  });

function inCents<T extends { amount: unknown }>(request: T, amountCents: number): T {
  return { ...request, amount: nanos(BigInt(amountCents) * NANOS_PER_CENT) };
}

const endHold = (how: "capture" | "release") =>
  command(`${how} the oldest hold`, async (model, real) => {
    const holdId = real.holds.shift();
    if (!holdId) return;
    const ref = { customerId: real.actor.customerId, holdId, principal: "operator" };
    if (how === "release") await releaseHold(ref);
    else model.spentNanos += (await captureHold(ref, { amount: null, apiKeyId: null })).captured;
  });

/** Delivers one event that has happened, once or several times at once, while some of Brim's calls to Stripe fail. */
const deliver = (n: number, times: number, lostCalls: number, isCopied: boolean) =>
  command(`deliver event ${n} ${times} times, ${lostCalls} calls lost`, async (_model, real) => {
    const event = pick(real.events, n);
    if (!event) return;
    const sent = isCopied ? copyOf(event) : event;
    await withOutage(lostCalls, () => outcomes(Array.from({ length: times }, () => handle(sent))));
  });

const crash = (n: number) =>
  command(`crash while event ${n} is handled`, async (_model, real) => {
    const event = pick(real.events, n);
    if (event) await handleAndCrash(event);
  });

/** Looks a top-up up at Stripe without any event, as the return page and the reconciliation do. */
const lookUp = (n: number) =>
  aboutTopUp(
    "look up",
    n,
    () => true,
    async (_known, { topUpIntentId, sessionId, paymentIntentId }, real) => {
      await settleTopUp(refOf({ customerId: real.actor.customerId, topUpIntentId }), sessionId);
      if (paymentIntentId) await settleRefundsOfPayment(paymentIntentId);
    },
  );

const n = fc.nat({ max: 40 });
const percent = fc.integer({ min: 1, max: 110 });
const amount = fc.integer({ min: 1, max: 2_000 });
const country = fc.constantFrom("US", "DE");
const delivery = fc
  .tuple(n, fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 0, 1, 2, 3), fc.boolean())
  .map((args) => deliver(...args));

export const creditCents = fc.integer({ min: 500, max: 9_999 });

/** Everything that can happen. */
export const COMMANDS: fc.Arbitrary<MoneyCommand>[] = [
  creditCents.map(checkout),
  fc.tuple(n, country, fc.constantFrom("card", "card", "bank")).map((args) => pay(...args)),
  n.map(decline),
  n.map(expire),
  fc.tuple(n, fc.constantFrom("settle", "fail")).map((args) => endDebit(...args)),
  fc.tuple(n, percent).map((args) => refund(...args)),
  fc.tuple(n, n, fc.constantFrom("fail", "succeed")).map((args) => endRefund(...args)),
  fc.tuple(n, percent, fc.constantFrom("chargeback", "inquiry")).map((args) => dispute(...args)),
  fc.tuple(n, n, fc.constantFrom(...DECISIONS)).map((args) => decide(...args)),
  n.map(warn),
  amount.map(spend),
  amount.map(hold),
  fc.constantFrom("capture", "release").map(endHold),
  delivery,
  delivery,
  n.map(crash),
  n.map(lookUp),
];
