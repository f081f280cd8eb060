import { cents } from "@/lib/money";
import { raiseAlert } from "@/lib/platform/alerts";
import { inTransaction, type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { NotFoundError, ServiceUnavailableError } from "@/lib/platform/errors";
import type { CustomerId, RefundRequestId } from "@/lib/platform/ids";
import type { QueuedTask } from "@/lib/platform/jobs";
import { log } from "@/lib/platform/log";
import { lockReversedTopUp } from "@/lib/reversals";
import {
  createRefund,
  isStripeRefusal,
  isUnanswered,
  listRefunds,
  type StripeRefusedError,
} from "@/lib/stripe";
import { addTimelineEntry, findIntent, refOf, type TopUpIntent } from "@/lib/top-ups";
import { NotRefundableError } from "./errors";
import {
  findRefundRequest,
  markFailed,
  REQUEST_METADATA,
  type RefundRequest,
  type RefundRequestRef,
} from "./refund-requests";
import { settleRefund } from "./settle-refund";

/** The name of the task that asks Stripe for a refund until its answer is known. */
export const SUBMIT_REFUND = "submit-refund";

/** Stripe forgets a key after 24 hours. From then on it must be asked first whether it has made the refund. */
const KEY_LIFETIME_MS = 23 * 3_600_000;

/** Refusals that end by themselves: the operator's balance at Stripe is too low for now. */
const TEMPORARY_CODES = new Set(["balance_insufficient", "insufficient_funds"]);

/** Refusals because the bank has taken the money back already. */
const REFUSED_BY_DISPUTE = new Set(["charge_disputed", "refund_disputed_payment"]);

/** Asks Stripe for a refund whose answer is not known, for the worker. */
export const SUBMIT_REFUND_TASK: QueuedTask = {
  name: SUBMIT_REFUND,
  async run({ customerId = "", refundRequestId = "" }) {
    const ref = {
      customerId: customerId as CustomerId,
      refundRequestId: refundRequestId as RefundRequestId,
    };
    try {
      await askStripe(ref);
    } catch (error) {
      if (!(error instanceof NotRefundableError)) throw error; // to be tried again; a definite refusal is recorded
    }
  },
};

/**
 * Asks Stripe for the refund of a request and posts it. When Stripe does not answer, the request stays `pending` and the
 * task asks again.
 *
 * @throws NotRefundableError Stripe refused for good; what was held is released
 */
export async function submitRefund(ref: RefundRequestRef): Promise<RefundRequest> {
  try {
    await askStripe(ref);
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    log().warn({ ...ref, err: error }, "Stripe's answer to a refund is not known; a task asks again");
  }
  return read(ref);
}

async function askStripe(ref: RefundRequestRef): Promise<void> {
  const request = await read(ref);
  if (request.status === "submitted") return;
  if (request.status === "failed") throw refusedByStripe(request.failureCode);
  const topUp = await findIntent(request);
  if (!topUp) throw new NotFoundError("top-up");
  let refundId: string;
  try {
    refundId = await findOrCreate(request);
  } catch (error) {
    if (!isStripeRefusal(error)) throw error;
    return refuse(ref, request, topUp, error);
  }
  await settleRefund(refundId);
}

/** The refund at Stripe, made at most once: by its key as long as Stripe knows that, and by its metadata after it. */
async function findOrCreate(request: RefundRequest): Promise<string> {
  const {
    refundRequestId,
    attempt,
    amountCents,
    createdAt,
    stripePaymentIntentId: paymentIntentId,
  } = request;
  if (attempt > 1 || Date.now() - createdAt.getTime() > KEY_LIFETIME_MS) {
    const refunds = await listRefunds(paymentIntentId);
    const made = refunds.find(({ metadata }) => metadata[REQUEST_METADATA] === refundRequestId);
    if (made) return made.refundId;
  }
  const metadata = {
    [REQUEST_METADATA]: refundRequestId,
    topup_intent_id: request.topUpIntentId,
    customer_id: request.customerId,
  };
  const refund = { paymentIntentId, amountCents: cents(BigInt(amountCents)), metadata };
  return createRefund(refund, `refund:${refundRequestId}:${attempt}`);
}

/** Stripe has understood and refused: there is no refund under this key, and there will be none. */
async function refuse(
  ref: RefundRequestRef,
  request: RefundRequest,
  topUp: TopUpIntent,
  error: StripeRefusedError,
): Promise<never> {
  const { code } = error;
  const { customerId } = ref;
  if (TEMPORARY_CODES.has(code)) {
    await withCustomerTransaction(customerId, async (tx) => {
      // Under its key Stripe would give the same answer for a day.
      await tx.refundRequest.updateMany({
        where: { ...ref, status: "pending", attempt: request.attempt },
        data: { attempt: { increment: 1 } },
      });
      await raiseAlert(inTransaction(tx), {
        customerId,
        kind: "refund_waits_for_balance",
        subjectId: request.refundRequestId,
        message:
          "A refund waits because the balance at Stripe is too low. Add funds in the Stripe Dashboard.",
        details: { topUpIntentId: topUp.topUpIntentId, amountCents: String(request.amountCents) },
      });
    });
    throw new ServiceUnavailableError("The refund could not be made yet.", { cause: error });
  }
  await withCustomerTransaction(customerId, async (tx) => {
    await lockReversedTopUp(tx, refOf(topUp));
    if (!(await markFailed(tx, ref, code))) return; // the task and the request may ask at the same time
    if (request.requestedBy === "fraud_warning") await raiseRefusedAlert(tx, request, code);
    await addTimelineEntry(tx, refOf(topUp), "refund_refused", new Date(), request.refundRequestId);
  });
  log().warn({ ...ref, code }, "Stripe refused a refund");
  throw refusedByStripe(code);
}

/** No request waits for the response to a refund after a fraud warning. */
async function raiseRefusedAlert(tx: Tx, request: RefundRequest, code: string): Promise<void> {
  if (REFUSED_BY_DISPUTE.has(code)) return; // the dispute has an alert of its own
  await raiseAlert(inTransaction(tx), {
    customerId: request.customerId,
    kind: "fraud_refund_refused",
    subjectId: request.refundRequestId,
    message: "Stripe refused to refund a top-up after a fraud warning. Nothing was refunded.",
    details: { topUpIntentId: request.topUpIntentId, code, amountCents: String(request.amountCents) },
  });
}

function refusedByStripe(code: string | null): NotRefundableError {
  return new NotRefundableError(
    `Stripe refused the refund (${code}). Nothing was refunded.`,
    "stripe_refused",
  );
}

async function read(ref: RefundRequestRef): Promise<RefundRequest> {
  const request = await findRefundRequest(ref);
  if (!request) throw new NotFoundError("refund");
  return request;
}
