import { z } from "zod";
import { DIRECTIONS, TRANSFER_KINDS, type TransferKind } from "@/lib/ledger";
import {
  exampleId,
  idField,
  instantField,
  nextCursorField,
  positiveUsdField,
  usdField,
} from "../fields/fields";

const KINDS = Object.keys(TRANSFER_KINDS) as [TransferKind, ...TransferKind[]];

const recordAnswer = z
  .strictObject({
    record_id: z
      .string()
      .regex(/^(trf|chg|rfd)_[0-9a-hjkmnp-tv-z]{26}$/)
      .meta({ description: "This record. A charge's is its `charge_id`.", examples: [exampleId("charge")] }),
    type: z.enum(KINDS).meta({
      description:
        "`credit` is a top-up, `refund` a charge given back, `stripe_refund` a top-up sent back to the card.",
      examples: ["charge"],
    }),
    direction: z
      .enum(DIRECTIONS)
      .meta({ description: "A credit raises the balance, a debit lowers it.", examples: ["debit"] }),
    amount_usd: positiveUsdField("How much; `direction` says which way.", "0.0375"),
    balance_after_usd: usdField("The balance right after it.", "24.9625"),
    description: z
      .string()
      .nullable()
      .meta({ description: "In the words of whoever made it.", examples: ["1,250 tokens of text"] }),
    topup_intent_id: idField("topUp", "The top-up of a `credit`.").optional(),
    charge_id: idField("charge", "The charge that this is, or that a `refund` gives back.").optional(),
    hold_id: idField("hold", "The hold that a charge was captured from.").optional(),
    api_key_id: idField("apiKey", "The key that asked for it.").optional(),
    metadata: z
      .record(z.string(), z.string())
      .meta({ description: "As the caller sent it.", examples: [{ model: "small" }] }),
    occurred_at: instantField("When it happened in the world: a payment can be older than its record."),
    created_at: instantField("When it was recorded."),
  })
  .meta({ id: "Record", description: "One movement of a balance. Records are never changed or removed." });

/** A page of records. */
export const recordsAnswer = z
  .strictObject({
    records: z.array(recordAnswer).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "RecordList", description: "A page of records." });
