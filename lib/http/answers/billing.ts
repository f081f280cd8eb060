import { z } from "zod";
import { ACCOUNT_STATUSES } from "@/lib/ledger";
import { TOP_UP_MODES } from "@/lib/top-ups";
import { idField, instantField, nextCursorField, orNull, positiveUsdField, usdField } from "../fields/fields";

/** A Checkout page that was opened. */
export const checkoutAnswer = z
  .strictObject({
    url: z.url().meta({
      description: "Stripe's page, where the customer pays or saves a card. Send the browser there.",
      examples: ["https://checkout.stripe.com/c/pay/cs_test_a1b2c3"],
    }),
    topup_intent_id: idField("topUp", "The attempt. Ask for it to learn what became of it."),
    session_id: z.string().meta({
      description: "Stripe's name for the Checkout Session.",
      examples: ["cs_test_a1b2c3"],
    }),
    mode: z.enum(TOP_UP_MODES).meta({ description: "As asked for.", examples: ["payment"] }),
    amount_usd: orNull(
      positiveUsdField("What will be added to the balance; null with mode `setup`.", "25.00"),
    ),
    expires_at: instantField("Until when the page can be used.", "2026-11-22T19:30:00.000Z"),
  })
  .meta({
    id: "CheckoutSession",
    description: "A page of Stripe's on which a customer pays or saves a card.",
  });

/** The portal, opened. */
export const portalSessionAnswer = z
  .strictObject({
    url: z.url().meta({
      description: "Stripe's page. Send the customer's browser there at once: the address works for minutes.",
      examples: ["https://billing.stripe.com/p/session/test_a1b2c3"],
    }),
  })
  .meta({
    id: "PortalSession",
    description: "A page of Stripe's on which a customer manages cards, invoices and billing details.",
  });

/** A balance. */
export const balanceAnswer = z
  .strictObject({
    customer_id: idField("customer", "Whose balance it is."),
    balance_usd: usdField("The balance. Below zero the customer owes.", "24.9625"),
    held_usd: positiveUsdField("What is reserved by holds.", "5.00"),
    available_usd: usdField("What can be spent: the balance less what is held.", "19.9625"),
    currency: z.literal("usd").meta({ description: "Balances are US dollars." }),
    charge_method: z.literal("prepaid").meta({ description: "Money is added first and spent later." }),
    auto_topup_enabled: z
      .boolean()
      .meta({ description: "Whether the card is charged when the balance runs low." }),
    status: z.enum(ACCOUNT_STATUSES).meta({
      description: "From a `frozen` or `closed` account nothing new can be spent.",
      examples: ["active"],
    }),
  })
  .meta({ id: "Balance", description: "What a customer has, and what of it can be spent." });

/** A saved card. */
export const paymentMethodAnswer = z
  .strictObject({
    payment_method_id: z.string().meta({
      description: "Stripe's name for the card.",
      examples: ["pm_1QxK2eLkdIwHu7ixabcd1234"],
    }),
    card_brand: z.string().meta({ description: "As Stripe calls it.", examples: ["visa"] }),
    card_last4: z
      .string()
      .regex(/^\d{4}$/)
      .meta({ description: "The last four digits.", examples: ["4242"] }),
    card_exp_month: z
      .int()
      .min(1)
      .max(12)
      .meta({ description: "The month in which it expires.", examples: [12] }),
    card_exp_year: z
      .int()
      .min(2000)
      .max(9999)
      .meta({ description: "The year in which it expires.", examples: [2030] }),
    is_default: z.boolean().meta({ description: "Whether it is used unless another one is named." }),
    created_at: instantField("When it was saved."),
  })
  .meta({ id: "PaymentMethod", description: "A saved card." });

/** The saved cards. */
export const paymentMethodsAnswer = z
  .strictObject({
    payment_methods: z.array(paymentMethodAnswer).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "PaymentMethodList", description: "The cards that a customer has saved." });
