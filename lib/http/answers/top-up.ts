import { z } from "zod";
import { AFTERWARDS, TOP_UP_MODES, TOP_UP_SOURCES, TOP_UP_STATUSES } from "@/lib/top-ups";
import { idField, instantField, nextCursorField, orNull, positiveUsdField } from "../fields/fields";

const presentment = z
  .strictObject({
    amount: z
      .int()
      .min(0)
      .nullable()
      .meta({
        description: "In the currency's smallest unit, as the payer saw it.",
        examples: [2350],
      }),
    currency: z.string().meta({ description: "Three letters, lower case.", examples: ["eur"] }),
  })
  .meta({ id: "Presentment", description: "What the payer saw and paid in another currency." });

const failure = z
  .strictObject({
    code: z.string().meta({ description: "Stripe's code of the decline.", examples: ["insufficient_funds"] }),
    message: z
      .string()
      .meta({ description: "In plain words.", examples: ["The card has insufficient funds."] }),
  })
  .meta({ id: "PaymentFailure", description: "Why a payment did not succeed." });

/** Where an invoice is. */
export const invoiceFields = {
  number: z
    .string()
    .nullable()
    .meta({ description: "The invoice's number.", examples: ["A1B2C3D4-0001"] }),
  hosted_url: z.url().meta({
    description: "Stripe's page of the invoice.",
    examples: ["https://invoice.stripe.com/i/acct_1/test_a1b2"],
  }),
  pdf_url: z
    .url()
    .nullable()
    .meta({
      description: "The invoice to be kept.",
      examples: ["https://pay.stripe.com/invoice/acct_1/test_a1b2/pdf"],
    }),
};

const invoice = z
  .strictObject(invoiceFields)
  .meta({ id: "InvoiceLink", description: "The invoice of a top-up." });

const timelineEntry = z
  .strictObject({
    at: instantField("When."),
    what: z.string().meta({ description: "What happened, for programs.", examples: ["credited"] }),
    reference: z
      .string()
      .nullable()
      .meta({ description: "Stripe's name of what it is about.", examples: ["pi_3QxK2eLkdIwHu7ix0abcd123"] }),
  })
  .meta({ id: "TimelineEntry", description: "One thing that happened to a top-up." });

/** A top-up as lists tell it. */
export const topUpFields = {
  topup_intent_id: idField("topUp", "The top-up."),
  status: z.enum([...TOP_UP_STATUSES, ...AFTERWARDS]).meta({
    description:
      "`open` waits for the payer, `processing` for the bank. `succeeded` has been credited. What became of the money later is said instead: `disputed`, `refunded`, `partially_refunded`.",
    examples: ["succeeded"],
  }),
  source: z.enum(TOP_UP_SOURCES).meta({
    description: "`auto` when the balance ran low and the saved card was charged.",
    examples: ["checkout"],
  }),
  mode: z
    .enum(TOP_UP_MODES)
    .meta({ description: "`setup` saved a card without a charge.", examples: ["payment"] }),
  amount_usd: orNull(positiveUsdField("What is added to the balance; null with mode `setup`.", "25.00")),
  tax_usd: orNull(positiveUsdField("Tax on top; null until it is known.", "2.00")),
  total_usd: orNull(positiveUsdField("What was paid; null until it is known.", "27.00")),
  presentment: presentment.nullable().meta({ description: "Null when the payer paid in US dollars." }),
  failure: failure.nullable().meta({ description: "The last decline, if there was one." }),
  invoice: invoice.nullable().meta({ description: "Null until there is one." }),
  refunded_usd: positiveUsdField("How much of it was sent back.", "0.00"),
  created_at: instantField("When it was started."),
  credited_at: orNull(instantField("When it was added to the balance; null before.")),
};

/** One top-up with its timeline. */
export const topUpAnswer = z
  .strictObject({
    ...topUpFields,
    timeline: z.array(timelineEntry).meta({ description: "Oldest first." }),
  })
  .meta({ id: "TopUp", description: "One attempt to add money, or to save a card." });

const listedTopUp = z.strictObject(topUpFields).meta({
  id: "ListedTopUp",
  description: "One attempt to add money, or to save a card, without its timeline.",
});

/** A page of top-ups. */
export const topUpsAnswer = z
  .strictObject({
    topups: z.array(listedTopUp).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "TopUpList", description: "A page of top-ups." });
