import { z } from "zod";
import { HOLD_STATUSES } from "@/lib/ledger";
import { idField, instantField, orNull, positiveUsdField, usdField } from "../fields/fields";
import { refusalFields } from "./refusal";

const balanceAfter = {
  balance_usd: usdField("The balance right after it.", "24.9625"),
  available_usd: usdField("What could be spent right after it: the balance less what is held.", "19.9625"),
};

const charged = {
  charge_id: idField("charge", "The charge. A refund names it."),
  amount_usd: positiveUsdField("What was charged.", "0.0375"),
  ...balanceAfter,
  created_at: instantField("When it was recorded."),
};

/** A charge that was made. */
export const chargeAnswer = z
  .strictObject(charged)
  .meta({ id: "Charge", description: "Money taken from a balance for work done." });

const batchCharge = z
  .strictObject({
    ok: z.literal(true).meta({ description: "This item was charged." }),
    replayed: z.boolean().meta({
      description: "Whether this item's key had been charged before: then nothing was taken again.",
    }),
    ...charged,
  })
  .meta({ id: "BatchCharge", description: "An item of a batch that was charged." });

const batchRefusal = z
  .strictObject({
    ok: z.literal(false).meta({ description: "This item was not charged." }),
    ...refusalFields,
  })
  .meta({
    id: "BatchRefusal",
    description: "An item of a batch that was refused, with the error that it would have got alone.",
  });

/** What became of each item of a batch, in order. */
export const batchAnswer = z
  .strictObject({
    results: z.array(z.discriminatedUnion("ok", [batchCharge, batchRefusal])).meta({
      description: "One result for each item, in the order of the request.",
    }),
  })
  .meta({ id: "BatchResults", description: "What became of each item of a batch." });

/** A charge that was given back. */
export const refundAnswer = z
  .strictObject({
    refund_id: idField("refund", "This refund."),
    charge_id: idField("charge", "The charge that it gives back."),
    amount_usd: positiveUsdField("What was given back.", "0.0375"),
    ...balanceAfter,
    created_at: instantField("When it was recorded."),
  })
  .meta({ id: "ChargeRefund", description: "Money of a charge that went back to the balance." });

const held = {
  hold_id: idField("hold", "The hold."),
  amount_usd: positiveUsdField("What is, or was, reserved.", "5.00"),
  expires_at: orNull(instantField("When it is given back by itself.", "2026-11-22T19:30:00.000Z")),
};

/** A hold as it stands. */
export const holdAnswer = z
  .strictObject({
    ...held,
    status: z.enum(HOLD_STATUSES).meta({
      description:
        "`open` reserves; `captured` became a charge; `released` and `expired` gave the money back.",
      examples: ["open"],
    }),
    captured_usd: orNull(positiveUsdField("What was charged of it; null unless it was captured.", "3.20")),
  })
  .meta({ id: "Hold", description: "Money reserved before the work is done." });

/** A hold that became a charge. */
export const captureAnswer = z
  .strictObject({
    ...held,
    status: z.literal("captured").meta({ description: "Nothing of it is reserved any more." }),
    captured_usd: positiveUsdField("What was charged.", "3.20"),
    charge_id: idField("charge", "The charge that it became."),
    ...balanceAfter,
    created_at: instantField("When the charge was recorded."),
  })
  .meta({ id: "CapturedHold", description: "A hold that became a charge." });
