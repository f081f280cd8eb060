import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, noSuchObject, type StripeError } from "../../api/stripe-error";
import type { Afterwards } from "../../cards/test-cards";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { readBehavior } from "../../store/behavior";
import { findObject, findObjects, insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordRefundFunds } from "../balance/payment-funds";
import { hasWithdrawnFunds } from "../disputes/dispute";
import { updateWarnings } from "../early-fraud-warnings/early-fraud-warning";
import {
  formatAmount,
  mergeMetadata,
  mustBePositive,
  notSupported,
  numberOr,
  onlyOneOf,
  textOr,
} from "../params";
import { testCardOf } from "../payment-methods/payment-method";
import {
  buildRefund,
  FUNDS_WAIT_SECONDS,
  isCardCharge,
  REFERENCE_SECONDS,
  type RefundInput,
  type RefundSecrets,
  type RefundStep,
  refundSaveOptions,
  SETTLE_SECONDS,
  unrefundedCents,
  withRefunded,
} from "./refund";

/** Parameters of Connect, bank transfers, and payment methods that cannot be refunded directly. */
const UNSUPPORTED = [
  "currency",
  "customer",
  "instructions_email",
  "origin",
  "refund_application_fee",
  "reverse_transfer",
];

/** Checks what needs no database; `createRefund` checks the charge. */
export function checkNewRefund({ params }: ApiRequest): void {
  const name = UNSUPPORTED.find(
    (candidate) => params[candidate] !== undefined && params[candidate] !== false,
  );
  if (name) throw notSupported(name);
  const { charge, payment_intent: intent, amount } = params;
  if (charge === undefined && intent === undefined) {
    throw invalidRequest(
      "One of the following params should be provided for this request: payment_intent or charge.",
    );
  }
  if (charge !== undefined && intent !== undefined) {
    throw onlyOneOf(["payment_intent", "charge"]);
  }
  if (typeof amount === "number" && amount < 1) {
    throw mustBePositive("amount");
  }
}

/** `POST /v1/refunds`. Locks the charge, so that concurrent refunds cannot exceed what was paid. */
export async function createRefund(tx: Tx, { params }: ApiRequest): Promise<Stripe.Refund> {
  const charge = await lockRefundableCharge(tx, params);
  const remainingCents = unrefundedCents(charge);
  const amountCents = numberOr(params.amount, remainingCents);
  if (amountCents > remainingCents) throw amountTooLarge(charge, amountCents, remainingCents);
  return refundCharge(tx, charge, {
    amountCents,
    reason: textOr(params.reason, null),
    metadata: mergeMetadata({}, params.metadata),
  });
}

function amountTooLarge(charge: Stripe.Charge, amountCents: number, remainingCents: number) {
  const asked = formatAmount(amountCents, charge.currency);
  const limit = charge.amount_refunded === 0 ? "charge amount" : "unrefunded amount on charge";
  return invalidRequest(
    `Refund amount (${asked}) is greater than ${limit} (${formatAmount(remainingCents, charge.currency)})`,
    "amount",
  );
}

/** Locks the charge of a new refund, describe directly or by its PaymentIntent. */
async function lockRefundableCharge(tx: Tx, params: Params): Promise<Stripe.Charge> {
  const charge =
    typeof params.charge === "string"
      ? await lockCharge(tx, params.charge)
      : await lockChargeOfIntent(tx, String(params.payment_intent));
  await assertRefundable(tx, charge);
  return charge;
}

async function lockCharge(tx: Tx, id: string): Promise<Stripe.Charge> {
  const stored = await findObject<Stripe.Charge>(tx, "charge", id, "lock");
  // Stripe blames `id`, although the parameter is called `charge`.
  if (!stored) throw noSuchObject("charge", id, "id");
  return stored.data;
}

async function lockChargeOfIntent(tx: Tx, id: string): Promise<Stripe.Charge> {
  const intent = await findObject<Stripe.PaymentIntent>(tx, "payment_intent", id);
  if (!intent) throw noSuchObject("payment_intent", id, "payment_intent");
  const latest = intent.data.latest_charge;
  if (typeof latest !== "string") throw noSuccessfulCharge(id);
  return lockCharge(tx, latest);
}

async function assertRefundable(tx: Tx, charge: Stripe.Charge): Promise<void> {
  if (charge.status !== "succeeded") throw noSuccessfulCharge(String(charge.payment_intent));
  if (!charge.captured) {
    throw invalidRequest(
      `This uncaptured Charge was created by a PaymentIntent (${charge.payment_intent}). You must cancel the PaymentIntent to reverse the authorization instead of refunding the Charge directly. For more information, see https://stripe.com/docs/payments/place-a-hold-on-a-payment-method`,
    );
  }
  await assertNotChargedBack(tx, charge);
  if (unrefundedCents(charge) <= 0) {
    throw invalidRequest(
      `Charge ${charge.id} has already been refunded.`,
      undefined,
      "charge_already_refunded",
    );
  }
}

/** Refuses to refund money that a dispute has already withdrawn. */
export async function assertNotChargedBack(tx: Tx, charge: Stripe.Charge): Promise<void> {
  const disputes = await findObjects<Stripe.Dispute>(tx, "dispute", { charge: charge.id });
  if (!disputes.some(({ data }) => hasWithdrawnFunds(data.status))) return;
  throw invalidRequest(
    `Charge ${charge.id} has been charged back; cannot issue a refund.`,
    undefined,
    "charge_disputed",
  );
}

function noSuccessfulCharge(intentId: string): StripeError {
  return invalidRequest(`This PaymentIntent (${intentId}) does not have a successful charge to refund.`);
}

interface RefundPlan {
  status: "pending" | "succeeded";
  pendingReason: Stripe.Refund.PendingReason;
  next: RefundStep;
  afterSeconds: number;
}

/**
 * Refunds a charge that the caller has locked and checked: creates the refund and its balance transaction, updates
 * the charge and records the events in Stripe's order.
 */
export async function refundCharge(
  tx: Tx,
  charge: Stripe.Charge,
  input: RefundInput,
): Promise<Stripe.Refund> {
  const plan = await planRefund(tx, charge);
  const refund = buildRefund(tx, charge, input, plan);
  // A refund that waits for funds enters the balance once they are there.
  if (plan.pendingReason !== "insufficient_funds") {
    refund.balance_transaction = (await recordRefundFunds(tx, charge, refund)).id;
  }
  const secrets: RefundSecrets = { next: plan.next };
  await insertObject(tx, refund, {
    ...refundSaveOptions(refund),
    private: secrets,
    dueAt: tx.now + plan.afterSeconds,
  });
  const refunded = markFraud(withRefunded(charge, input.amountCents), input);
  await updateObject(tx, refunded);
  await recordEvent(tx, "refund.created", refund);
  await recordEvent(tx, "charge.refunded", refunded, changedAttributes(charge, refunded));
  await updateWarnings(tx, refunded);
  return refund;
}

/** Plans how the refund proceeds, which depends on the test card. */
async function planRefund(tx: Tx, charge: Stripe.Charge): Promise<RefundPlan> {
  const processing = { pendingReason: "processing" } as const;
  const later = { ...processing, status: "pending", next: "succeed", afterSeconds: SETTLE_SECONDS } as const;
  const isCard = isCardCharge(charge);
  const { refund_funds: funds } = await readBehavior(tx);
  if (funds === "rejected") throw insufficientBalance();
  if (funds === "too_low") {
    return {
      status: "pending",
      pendingReason: "insufficient_funds",
      next: "run_out",
      // Only card refunds wait.
      afterSeconds: isCard ? FUNDS_WAIT_SECONDS : 0,
    };
  }
  if (!isCard) return later;
  switch (await testCardBehavior(tx, charge)) {
    case "refund_pending":
      return later;
    case "refund_fails":
      return { ...processing, status: "succeeded", next: "fail", afterSeconds: SETTLE_SECONDS };
    default:
      return { ...processing, status: "succeeded", next: "reference", afterSeconds: REFERENCE_SECONDS };
  }
}

function insufficientBalance(): StripeError {
  return invalidRequest(
    "Insufficient funds in your Stripe balance to refund this amount.",
    undefined,
    "balance_insufficient",
  );
}

async function testCardBehavior(tx: Tx, charge: Stripe.Charge): Promise<Afterwards | undefined> {
  if (!charge.payment_method) return undefined;
  const method = await findObject(tx, "payment_method", charge.payment_method);
  return method && testCardOf(method.private).afterwards;
}

/** A refund with the reason `fraudulent` marks the charge as reported. */
function markFraud(charge: Stripe.Charge, { reason }: RefundInput): Stripe.Charge {
  if (reason !== "fraudulent") return charge;
  return { ...charge, fraud_details: { ...charge.fraud_details, user_report: "fraudulent" } };
}
