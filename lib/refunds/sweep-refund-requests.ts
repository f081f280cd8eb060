import { reportFailedItem } from "@/lib/platform/alerts";
import { prisma } from "@/lib/platform/db";
import { dueItems } from "@/lib/platform/jobs";
import { log } from "@/lib/platform/log";
import { asLookUp } from "@/lib/stripe";
import { NotRefundableError } from "./errors";
import { findRefundRequest, type RefundRequest, requestRefOf } from "./refund-requests";
import { submitRefund } from "./submit-refund";

/** The task of a request gets this long before the sweep asks as well. */
const MIN_AGE_MS = 10 * 60_000;

/** A request that is pending for longer than this has an alert. */
const ALERT_AGE_MS = 24 * 3_600_000;

const PAGE_SIZE = 100;

/**
 * Asks Stripe again for every refund whose answer is not known. The task of a request gives up after three days; this never
 * does, so that no refund is forgotten. Both at once do no harm, because they send the same idempotency key.
 */
export function sweepRefundRequests(
  now: Date = new Date(),
): Promise<{ checked: number; submitted: number; failed: number }> {
  return asLookUp(async () => {
    const result = { checked: 0, submitted: 0, failed: 0 };
    for await (const request of dueItems<RefundRequest>((after) => findPending(now, after))) {
      result.checked++;
      const error = await submitAgain(request);
      if (error === null) result.submitted++;
      else {
        result.failed++;
        await report(request, error, now);
      }
    }
    return result;
  });
}

function findPending(now: Date, after: RefundRequest | null): Promise<RefundRequest[]> {
  return prisma().refundRequest.findMany({
    where: { status: "pending", createdAt: { lte: new Date(now.getTime() - MIN_AGE_MS) } },
    orderBy: [{ createdAt: "asc" }, { customerId: "asc" }, { refundRequestId: "asc" }],
    take: PAGE_SIZE,
    ...(after && {
      cursor: {
        customerId_refundRequestId: { customerId: after.customerId, refundRequestId: after.refundRequestId },
      },
      skip: 1,
    }),
  });
}

/** @returns null when Stripe has answered, even by a refusal; otherwise why the answer is still unknown */
async function submitAgain(request: RefundRequest): Promise<unknown> {
  const ref = requestRefOf(request);
  try {
    const { status } = await submitRefund(ref);
    return status === "pending" ? new Error("Stripe did not answer.") : null;
  } catch (error) {
    const current = error instanceof NotRefundableError ? await findRefundRequest(ref) : null;
    return current?.status === "failed" ? null : error;
  }
}

async function report(request: RefundRequest, error: unknown, now: Date): Promise<void> {
  const { customerId, refundRequestId, topUpIntentId, amountCents, createdAt } = request;
  if (now.getTime() - createdAt.getTime() < ALERT_AGE_MS) {
    log().warn({ customerId, refundRequestId, err: error }, "a refund could not be submitted yet");
    return;
  }
  await reportFailedItem(
    {
      customerId,
      kind: "refund_not_submitted",
      subjectId: refundRequestId,
      message: "Stripe has not confirmed a refund for more than a day. It is retried every hour.",
      details: { topUpIntentId, amountCents: String(amountCents) },
    },
    error,
  );
}
