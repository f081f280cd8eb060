import { Hono } from "hono";
import { z } from "zod";
import { noSuchObject } from "../api/stripe-error";
import {
  allowAppeal,
  closeWarning,
  escalateInquiry,
  loseDispute,
  preventDispute,
  winDispute,
} from "../resources/disputes/decide-dispute";
import { type LockedDispute, lockDispute } from "../resources/disputes/dispute";
import { openDispute } from "../resources/disputes/open-dispute";
import { FRAUD_TYPES, raiseWarning } from "../resources/early-fraud-warnings/early-fraud-warning";
import { type LockedRefund, lockRefund } from "../resources/refunds/refund";
import {
  continueRefund,
  failRefund,
  requireRefundAction,
  succeedRefund,
} from "../resources/refunds/settle-refund";
import { inTransaction, NO_REQUEST, type Runtime, type Tx } from "../runtime";
import { findObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { type ControlEnv, readJson } from "./control-request";

/** `/_control`: disputes and their decisions, early fraud warnings, and the outcome of refunds. */
export function createMoneyBackControl(runtime: Runtime): Hono<ControlEnv> {
  const control = new Hono<ControlEnv>();
  control.post("/charges/:id/dispute", async (c) => {
    const { kind, reason, amount } = disputeInput.parse(await readJson(c));
    const dispute = await inTransaction(runtime, NO_REQUEST, async (tx) =>
      openDispute(tx, await lockCharge(tx, c.req.param("id")), { kind, reason, amountCents: amount }),
    );
    return c.json(dispute);
  });
  control.post("/charges/:id/fraud_warning", async (c) => {
    const { fraud_type: fraudType } = warningInput.parse(await readJson(c));
    const warning = await inTransaction(runtime, NO_REQUEST, async (tx) =>
      raiseWarning(tx, await lockCharge(tx, c.req.param("id")), fraudType),
    );
    return c.json(warning);
  });
  control.post("/refunds/:id/fail", async (c) => {
    const { reason } = failInput.parse(await readJson(c));
    const refund = await inTransaction(runtime, NO_REQUEST, async (tx) => {
      const locked = await lockRefund(tx, c.req.param("id"));
      return failRefund(tx, locked, reason ?? usualReason(locked));
    });
    return c.json(refund);
  });
  control.post("/disputes/:id/lose", async (c) => {
    const { returned } = loseInput.parse(await readJson(c));
    const dispute = await inTransaction(runtime, NO_REQUEST, async (tx) =>
      loseDispute(tx, await lockDispute(tx, c.req.param("id")), returned),
    );
    return c.json(dispute);
  });
  control.post("/disputes/:id/prevent", async (c) => {
    const { case_type: caseType } = preventInput.parse(await readJson(c));
    const dispute = await inTransaction(runtime, NO_REQUEST, async (tx) =>
      preventDispute(tx, await lockDispute(tx, c.req.param("id")), caseType),
    );
    return c.json(dispute);
  });
  for (const [action, run] of Object.entries(decisions)) {
    control.post(`/disputes/:id/${action}`, async (c) => {
      nothingInput.parse(await readJson(c));
      const dispute = await inTransaction(runtime, NO_REQUEST, async (tx) =>
        run(tx, await lockDispute(tx, c.req.param("id"))),
      );
      return c.json(dispute);
    });
  }
  for (const [action, run] of Object.entries(settlements)) {
    control.post(`/refunds/:id/${action}`, async (c) => {
      nothingInput.parse(await readJson(c));
      const refund = await inTransaction(runtime, NO_REQUEST, async (tx) =>
        run(tx, await lockRefund(tx, c.req.param("id"))),
      );
      return c.json(refund);
    });
  }
  return control;
}

const decisions: Record<string, (tx: Tx, locked: LockedDispute) => Promise<Stripe.Dispute>> = {
  win: winDispute,
  escalate: escalateInquiry,
  close_warning: closeWarning,
  allow_appeal: allowAppeal,
};

const settlements: Record<string, (tx: Tx, locked: LockedRefund) => Promise<Stripe.Refund>> = {
  succeed: succeedRefund,
  require_action: requireRefundAction,
  continue: continueRefund,
};

/** Locks a charge by its id or by the id of its PaymentIntent. */
async function lockCharge(tx: Tx, id: string): Promise<Stripe.Charge> {
  const intent = await findObject<Stripe.PaymentIntent>(tx, "payment_intent", id);
  const chargeId = intent ? String(intent.data.latest_charge) : id;
  const stored = await findObject<Stripe.Charge>(tx, "charge", chargeId, "lock");
  if (!stored) throw noSuchObject("charge", id, "id");
  return stored.data;
}

const disputeInput = z.strictObject({
  kind: z.enum(["chargeback", "inquiry"]).default("chargeback"),
  /** Cents. Default: everything not yet refunded or disputed. */
  amount: z.int().min(1).optional(),
  /** @see https://docs.stripe.com/api/disputes/object#dispute_object-reason */
  reason: z
    .enum([
      "bank_cannot_process",
      "check_returned",
      "credit_not_processed",
      "customer_initiated",
      "debit_not_authorized",
      "duplicate",
      "fraudulent",
      "general",
      "incorrect_account_details",
      "insufficient_funds",
      "noncompliant",
      "product_not_received",
      "product_unacceptable",
      "subscription_canceled",
      "unrecognized",
    ])
    .default("fraudulent"),
});

const loseInput = z.strictObject({
  /** Cents paid back although the dispute is lost. */
  returned: z.int().min(0).default(0),
});

const preventInput = z.strictObject({ case_type: z.enum(["resolution", "block"]).default("resolution") });

const warningInput = z.strictObject({ fraud_type: z.enum(FRAUD_TYPES).default("made_with_stolen_card") });

/** @see https://docs.stripe.com/api/refunds/object#refund_object-failure_reason */
const failInput = z.strictObject({
  reason: z
    .enum([
      "charge_for_pending_refund_disputed",
      "declined",
      "expired_or_canceled_card",
      "insufficient_funds",
      "lost_or_stolen_card",
      "merchant_request",
      "unknown",
    ])
    /** Default: what fits the refund. */
    .optional(),
});

function usualReason({ refund }: LockedRefund) {
  return refund.pending_reason === "insufficient_funds" ? "insufficient_funds" : "expired_or_canceled_card";
}

const nothingInput = z.strictObject({});
